import { create } from "@bufbuild/protobuf";
import { createRouterTransport } from "@connectrpc/connect";
import { expect, onTestFinished, test } from "vitest";
import { emptyPGlite } from "../../../test/empty-pglite.ts";
import { describeEngines } from "../../../test/lro-servers.ts";
import {
  createLibraryServiceClient,
  registerLibraryService,
} from "../../../testdata/gen/acme/library/v1/library_lro.ts";
import { MovePressMetadataSchema, PrintBookMetadataSchema } from "../../../testdata/gen/acme/press/v1/press_pb.ts";
import { pglite } from "../../engine/pglite.ts";
import { createLroServer } from "../index.ts";

const emma = { press: "presses/1", title: "Emma" };

describeEngines((engine) => {
  test("a handler can read the metadata that it set", async () => {
    const seen: unknown[] = [];
    const { press } = await engine.open({
      async printBook({ title }, operation) {
        seen.push(operation.metadata);
        await operation.update({ progressPercent: 50 });
        seen.push(operation.metadata);
        return { title };
      },
    });
    await (await press.printBook(emma)).wait();
    expect(seen).toEqual([undefined, create(PrintBookMetadataSchema, { progressPercent: 50 })]);
  });

  test("an update function gets the current metadata, which is initially an empty message", async () => {
    const given: unknown[] = [];
    const { press } = await engine.open({
      async printBook({ title }, operation) {
        for (let step = 0; step < 3; step++) {
          await operation.update((current) => {
            given.push(current.progressPercent);
            return { ...current, progressPercent: current.progressPercent + 10 };
          });
        }
        return { title };
      },
    });
    const operation = await press.printBook(emma);
    await operation.wait();
    expect(given).toEqual([0, 10, 20]);
    expect(operation.metadata).toMatchObject({ progressPercent: 30 });
  });

  test("a message of another type is rejected", async () => {
    const { press } = await engine.open({
      async printBook({ title }, operation) {
        await operation.update(create(MovePressMetadataSchema) as never);
        return { title };
      },
    });
    await expect((await press.printBook(emma)).wait()).rejects.toThrow(
      "expected a acme.press.v1.PrintBookMetadata, got a acme.press.v1.MovePressMetadata",
    );
  });
});

test("a handler can return and commit nothing if the response is google.protobuf.Empty", async () => {
  await using lro = await createLroServer({ engine: pglite({ db: await emptyPGlite() }) });
  registerLibraryService(lro, {
    async deleteBook({ name }, operation) {
      if (name === "commit") {
        await operation.commit(async () => {});
      }
    },
  });
  await lro.start();
  const library = createLibraryServiceClient(createRouterTransport(lro.routes));
  onTestFinished(() => lro.close());
  for (const name of ["return", "commit"]) {
    expect(await (await library.deleteBook({ name })).wait()).toMatchObject({ $typeName: "google.protobuf.Empty" });
  }
});

test("an operation with another response type fails if its handler returns nothing", async () => {
  const errors: unknown[] = [];
  await using lro = await createLroServer({
    engine: pglite({ db: await emptyPGlite() }),
    log: ({ level, error }) => level === "error" && errors.push(String(error)),
  });
  registerLibraryService(lro, { createBook: (() => undefined) as never });
  await lro.start();
  const library = createLibraryServiceClient(createRouterTransport(lro.routes));
  await expect((await library.createBook({})).wait()).rejects.toThrow("internal error");
  expect(errors).toEqual(["Error: expected a acme.library.v1.Book, got undefined"]);
});
