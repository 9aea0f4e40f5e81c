import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { byHeader, describeEngines, type PressServer } from "../../../test/lro-servers.ts";
import { seededRandom } from "../../../test/seeded-random.ts";

const emma = { press: "presses/1", title: "Emma" };
const method = "acme.press.v1.PressService.PrintBook";

/** Starts operations one after another and returns their names, latest first. */
async function start({ press }: PressServer, count: number, headers: Record<string, string> = {}): Promise<string[]> {
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    names.unshift((await press.printBook({ ...emma, title: `book ${i}` }, { headers })).name);
  }
  return names;
}

describeEngines((engine) => {
  describe("ListOperations", () => {
    test("returns the latest first, page by page", async () => {
      const server = await engine.open({ work: false });
      const names = await start(server, 5);
      const pages: string[][] = [];
      let pageToken = "";
      do {
        const page = await server.operations.listOperations({ name: "operations", pageSize: 2, pageToken });
        pages.push(page.operations.map(({ name }) => name));
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
      expect(pages.flat()).toEqual(names);
    });

    test.each([
      ["done = false", 2],
      ["done = true", 1],
      ["NOT done = true AND method = '", 0],
      [`method = "${method}"`, 3],
      [`method != "${method}"`, 0],
      ['create_time > "2020-01-01T00:00:00Z" create_time < "2100-01-01T00:00:00Z"', 3],
      ['update_time < "2020-01-01T00:00:00+01:00"', 0],
      ["done = true OR done = false", 3],
      ["-(done = true)", 2],
    ])("filters by %s", async (filter, count) => {
      const server = await engine.open({ work: false });
      const [last = ""] = await start(server, 3);
      await server.operations.cancelOperation({ name: last });
      const listed = await server.operations
        .listOperations({ filter: filter.replace("'", `"${method}" AND done = true`) })
        .then(({ operations }) => operations);
      expect(listed).toHaveLength(count);
    });

    test("filters by name", async () => {
      const server = await engine.open({ work: false });
      const names = await start(server, 3);
      const { operations } = await server.operations.listOperations({ filter: `name = "${names[1]}"` });
      expect(operations.map(({ name }) => name)).toEqual([names[1]]);
    });

    test("accepts a page token only with its original parent and filter", async () => {
      const server = await engine.open({ work: false });
      await start(server, 2);
      const { nextPageToken: pageToken } = await server.operations.listOperations({ pageSize: 1 });
      for (const request of [
        { pageToken, filter: "done = false" },
        { pageToken, name: "presses/1" },
        { pageToken: `${pageToken.slice(0, -2)}AA` },
      ]) {
        await expect(server.operations.listOperations(request)).rejects.toMatchObject({ code: Code.InvalidArgument });
      }
    });

    test("rejects return_partial_success", async () => {
      const { operations } = await engine.open({ work: false });
      await expect(operations.listOperations({ returnPartialSuccess: true })).rejects.toMatchObject({
        code: Code.Unimplemented,
      });
    });
  });

  describe("authorization", () => {
    const [ann, bob] = [{ principal: "ann" }, { principal: "bob" }];

    test("allows only the caller that started an operation and does not reveal its existence to others", async () => {
      const { press, operations } = await engine.open({ access: { principal: byHeader }, work: false });
      const { name } = await press.printBook(emma, { headers: ann });
      expect(await operations.getOperation({ name }, { headers: ann })).toMatchObject({ name });

      for (const call of ["getOperation", "waitOperation", "cancelOperation", "deleteOperation"] as const) {
        const failure = (name: string): Promise<ConnectError> =>
          operations[call]({ name }, { headers: bob }).then(() => expect.unreachable(), ConnectError.from);
        const [denied, unknown] = [await failure(name), await failure("operations/1")];
        expect(denied.code).toBe(Code.PermissionDenied);
        expect(denied.message.replace(name, "")).toBe(unknown.message.replace("operations/1", ""));
      }
    });

    test("returns NOT_FOUND to callers that are allowed to access a deleted operation", async () => {
      const { press, operations } = await engine.open({ access: { principal: byHeader }, work: false });
      const { name } = await press.printBook(emma, { headers: ann });
      await operations.deleteOperation({ name }, { headers: ann });
      await expect(operations.getOperation({ name }, { headers: ann })).rejects.toMatchObject({ code: Code.NotFound });
    });

    test("lists only the caller's operations and rejects page tokens of other callers", async () => {
      const server = await engine.open({ access: { principal: byHeader }, work: false });
      const ofAnn = await start(server, 2, ann);
      const ofNobody = await start(server, 1, {});
      const list = async (headers: Record<string, string>, pageToken = ""): Promise<[string[], string]> => {
        const page = await server.operations.listOperations({ pageSize: 1, pageToken }, { headers });
        return [page.operations.map(({ name }) => name), page.nextPageToken];
      };
      const [first, token] = await list(ann);
      expect(first).toEqual([ofAnn[0]]);
      expect(await list(ann, token)).toEqual([[ofAnn[1]], ""]);
      expect(await list(bob)).toEqual([[], ""]);
      expect(await list({})).toEqual([ofNobody, ""]);
      await expect(list(bob, token)).rejects.toMatchObject({ code: Code.InvalidArgument });
    });

    test("calls the server's authorize for every action", async () => {
      const asked: string[] = [];
      const server = await engine.open({
        access: {
          principal: byHeader,
          authorize({ action, principal }) {
            asked.push(`${principal} ${action}`);
            return principal === "ann";
          },
          listScope: () => "all",
        },
        work: false,
      });
      const { operations, press } = server;
      const { name } = await press.printBook(emma, { headers: ann });
      await operations.getOperation({ name }, { headers: ann });
      await operations.listOperations({}, { headers: ann });
      await operations.cancelOperation({ name }, { headers: ann });
      await operations.waitOperation({ name }, { headers: ann });
      await operations.deleteOperation({ name }, { headers: ann });
      for (const call of [press.printBook(emma, { headers: bob }), operations.listOperations({}, { headers: bob })]) {
        await expect(call).rejects.toMatchObject({ code: Code.PermissionDenied });
      }
      expect(asked).toEqual([
        ...["start", "get", "list", "cancel", "wait", "delete"].map((action) => `ann ${action}`),
        ...["bob start", "bob list"],
      ]);
    });

    test("keeps the request IDs of different callers separate", async () => {
      const { press } = await engine.open({ access: { principal: byHeader }, work: false });
      const first = await press.printBook({ ...emma, requestId: "1" }, { headers: ann });
      const second = await press.printBook({ ...emma, requestId: "1" }, { headers: bob });
      expect(first.name).not.toBe(second.name);
    });
  });

  test("bad input fails with INVALID_ARGUMENT, NOT_FOUND or PERMISSION_DENIED, never INTERNAL", async () => {
    const { operations, press } = await engine.open({ work: false, maxWaitMs: 10 });
    const { name } = await press.printBook(emma);
    const seed = 20261120;
    const random = seededRandom(seed);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const pieces = [
      ...["done", "name", "method", "create_time", "=", "!=", "<", ">=", "(", ")", "AND", "OR", "NOT", "-", " ", '"'],
      ...["true", "false", "\\", "'", ";", "--", "$1", "\0", "\ud800", "é", "💥", "%", "_", "2026-02-30T00:00:00Z"],
      ...[
        '"9999-12-31T23:59:59-23:59"',
        '"0001-01-01T00:00:00+23:59"',
        "operations",
        "/",
        "..",
        name,
        "x".repeat(3_000),
      ],
    ];
    const text = (): string =>
      Array.from({ length: Math.floor(random() * 8) }, () => pick(pieces)).join(pick(["", " "]));
    const size = (): number => pick([0, 1, -1, 7, 2 ** 31 - 1, -(2 ** 31)]);
    const seconds = (): bigint => pick([0n, 1n, -1n, 315_576_000_000n, -315_576_000_000n, 2n ** 62n]);

    for (let round = 0; round < 500; round++) {
      const requests = [
        () => operations.getOperation({ name: text() }),
        () => operations.cancelOperation({ name: text() }),
        () => operations.deleteOperation({ name: `${text()}!` }),
        () => operations.waitOperation({ name: pick([text(), name]), timeout: { seconds: seconds(), nanos: size() } }),
        () => operations.listOperations({ name: text(), filter: text(), pageSize: size() }),
        () => operations.listOperations({ filter: text(), pageToken: text() }),
        () => operations.listOperations({ pageToken: Buffer.from(text()).toString("base64url") }),
        () => press.printBook({ press: text(), title: text(), requestId: text() }),
      ];
      const error = await pick(requests)().then(
        () => undefined,
        (error: unknown) => error as ConnectError,
      );
      const codes = [undefined, Code.InvalidArgument, Code.NotFound, Code.PermissionDenied];
      expect(codes, `seed ${seed}, round ${round}: ${error?.message}`).toContain(error?.code);
    }
  });
});
