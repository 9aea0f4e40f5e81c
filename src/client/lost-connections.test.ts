import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { faults, http2Faults, serveLossy, transports } from "../../test/lost-connections.ts";
import { running, succeeded } from "../../test/scripted-server.ts";
import { createLibraryServiceClient } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { LibraryService } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { Operations } from "../gen/google/longrunning/operations_pb.ts";
import { OperationPollError, type PollingOptions, WaitAbortedError } from "./index.ts";

/** A server on which only one method brings the result. */
function library(method: string): (router: ConnectRouter) => void {
  const answer = (name: string) => () => (name === method ? succeeded("Emma") : running());
  return ({ service }) => {
    service(LibraryService, { createBook: () => running() });
    service(Operations, {
      getOperation: answer("GetOperation"),
      waitOperation: answer("WaitOperation"),
    });
  };
}

type Reachable = (typeof transports)[string];

/** Waits for an operation over a server whose first call of a method suffers a fault. Returns the calls. */
async function survive(
  { httpVersion, create }: Reachable,
  faulty: string,
  fault: (typeof faults)[string],
  polling: PollingOptions,
): Promise<string[]> {
  const server = await serveLossy(httpVersion, library(faulty), (method, earlier) =>
    method === faulty && earlier === 0 ? fault : undefined,
  );
  const client = createLibraryServiceClient(create(server.url), { polling });
  const operation = await client.createBook({});
  expect((await operation.wait()).title).toBe("Emma");
  await server.close();
  return server.calls;
}

describe.concurrent.each(Object.entries(transports))("over %s", (_, transport) => {
  const all = { ...faults, ...(transport.httpVersion === "2" && http2Faults) };

  test.each(Object.entries(all))("a wait continues with the next poll if %s", async (_, fault) => {
    const [polled, waited] = await Promise.all([
      survive(transport, "GetOperation", fault, { longPollMs: 0 }),
      survive(transport, "WaitOperation", fault, {}),
    ]);
    expect(polled.slice(0, 3)).toEqual(["CreateBook", "GetOperation", "GetOperation"]);
    // WaitOperation is tried again.
    expect(waited.slice(2)).toContain("WaitOperation");
  });

  test("CANCELLED from the server is final, and so is the caller's own abort", async () => {
    const cancelled = new ConnectError("the poll was cancelled", Code.Canceled);
    const server = await serveLossy(
      transport.httpVersion,
      (router) =>
        router.service(Operations, {
          getOperation({ name }) {
            if (name === "operations/1") {
              throw cancelled;
            }
            return { name };
          },
        }),
      () => undefined,
    );
    const client = createLibraryServiceClient(transport.create(server.url), { polling: { longPollMs: 0 } });
    const error = await client.createBook
      .resume("operations/1")
      .wait()
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(OperationPollError);
    expect(error).toMatchObject({ code: Code.Canceled, failures: 1 });
    const abort = new AbortController();
    const waiting = client.createBook
      .resume("operations/2")
      .wait({ signal: abort.signal })
      .catch((error: unknown) => error);
    while (server.calls.length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    abort.abort();
    expect(await waiting).toBeInstanceOf(WaitAbortedError);
    await server.close();
  });
});
