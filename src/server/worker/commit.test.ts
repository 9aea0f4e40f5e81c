import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { pgliteTransaction } from "protoc-gen-ts-lro/server/pglite";
import { postgresClient } from "protoc-gen-ts-lro/server/postgres";
import { describe, expect, test } from "vitest";
import { describeEngines, gate, type PressServer, type PrintBook } from "../../../test/lro-servers.ts";
import { PrintBookMetadataSchema } from "../../../testdata/gen/acme/press/v1/press_pb.ts";
import type { LroTransaction } from "../handler.ts";

const emma = { press: "presses/1", title: "Emma" };

describeEngines((engine) => {
  /** Opens a server whose handler commits with the given function for "Emma" and returns a response for other titles. */
  async function openCommitting(
    commit: (tx: LroTransaction, server: PressServer) => Promise<void>,
  ): Promise<PressServer> {
    const printBook: PrintBook = async ({ title }, operation) =>
      title === "Emma"
        ? await operation.commit(async (tx) => {
            await commit(tx, server);
            return { title };
          })
        : { title };
    const server = await engine.open({ printBook });
    return server;
  }

  describe("inside a commit", () => {
    const calls: Record<string, (server: PressServer, name: string) => Promise<unknown>> = {
      start: ({ press }) => press.printBook({ ...emma, title: "Sanditon" }),
      read: ({ operations }, name) => operations.getOperation({ name }),
      "wait for": ({ operations }, name) => operations.waitOperation({ name }),
      cancel: ({ operations }, name) => operations.cancelOperation({ name }),
      delete: ({ operations }, name) => operations.deleteOperation({ name }),
      list: ({ operations }) => operations.listOperations({}),
    };

    test.each(Object.keys(calls))(
      "a call to %s another operation is neither part of the commit nor hangs",
      async (name) => {
        let seen: unknown;
        const server = await openCommitting(async (_, server) => {
          seen = await calls[name]?.(server, other.name).then(
            () => "served",
            (error: ConnectError) => error,
          );
        });
        const other = await server.press.printBook({ ...emma, title: "Sanditon" });
        await other.wait();
        expect(await (await server.press.printBook(emma)).wait()).toMatchObject({ title: "Emma" });
        if (engine.kind === "PostgreSQL") {
          expect(seen).toBe("served");
        } else {
          expect(seen).toMatchObject({ code: Code.FailedPrecondition });
          expect((seen as ConnectError).rawMessage).toMatch(
            /^the commit of operations\/\S+ holds the database's only connection.* make it before or after the commit/,
          );
        }
      },
    );

    test("code that a commit started can call the server after the commit", async () => {
      const over = gate();
      let later: Promise<unknown> | undefined;
      const server = await openCommitting(async (_, { operations }) => {
        later = over.passed.then(() => operations.listOperations({}));
      });
      await (await server.press.printBook(emma)).wait();
      over.open();
      expect(await later).toMatchObject({ operations: [{ done: true }] });
    });

    test("metadata is written with the response", async () => {
      const { press } = await engine.open({
        printBook: ({ title }, operation) =>
          operation.commit(async () => {
            await operation.update({ progressPercent: 50 });
            await operation.update({ progressPercent: 100 });
            return { title };
          }),
      });
      const operation = await press.printBook(emma);
      await operation.wait();
      expect(operation.metadata).toEqual(create(PrintBookMetadataSchema, { progressPercent: 100 }));
    });

    test("metadata is written later if the commit fails and the handler continues", async () => {
      const failed = gate();
      const end = gate();
      const { press } = await engine.open({
        async printBook({ title }, operation) {
          await operation.update({ progressPercent: 1 });
          const commit = operation.commit(async () => {
            await operation.update({ progressPercent: 50 });
            throw new Error("no paper");
          });
          await expect(commit).rejects.toThrow("no paper");
          failed.open();
          await end.passed;
          return { title };
        },
      });
      const operation = await press.printBook(emma);
      await failed.passed;
      await expect.poll(() => operation.poll()).toMatchObject({ done: false, metadata: { progressPercent: 50 } });
      end.open();
      await operation.wait();
    });
  });

  if (engine.kind === "PostgreSQL") {
    test("an operation that is started inside a commit is kept if the commit is rolled back", async () => {
      const server = await openCommitting(async (_, { press }) => {
        expect(await (await press.printBook({ ...emma, title: "Sanditon" })).wait()).toMatchObject({
          title: "Sanditon",
        });
        throw new ConnectError("no paper", Code.ResourceExhausted);
      });
      const operation = await server.press.printBook(emma);
      await expect(operation.wait()).rejects.toMatchObject({ code: Code.ResourceExhausted });
      const { operations } = await server.operations.listOperations({ filter: "done = true" });
      expect(operations.map(({ result }) => result.case)).toEqual(["response", "error"]);
    });
  }

  test("a transaction rejects queries after its commit returned", async () => {
    let leaked: LroTransaction | undefined;
    const server = await openCommitting(async (tx) => {
      leaked = tx;
    });
    await (await server.press.printBook(emma)).wait();
    await expect(leaked?.query("SELECT 1")).rejects.toThrow(
      'the transaction has ended, so "SELECT 1" cannot run in it: await each query before the function that got the ' +
        "transaction returns",
    );
  });

  test("a transaction rejects queries after its commit failed", async () => {
    let leaked: LroTransaction | undefined;
    const server = await openCommitting(async (tx) => {
      leaked = tx;
      throw new ConnectError("no paper", Code.ResourceExhausted);
    });
    await expect((await server.press.printBook(emma)).wait()).rejects.toMatchObject({ code: Code.ResourceExhausted });
    await expect(leaked?.query("SELECT 1")).rejects.toThrow("the transaction has ended");
  });

  test("a failed statement rolls back the commit even if the function continues", async () => {
    await engine.sql("DROP TABLE IF EXISTS books");
    await engine.sql("CREATE TABLE books (title text)");
    const server = await openCommitting(async (tx) => {
      await tx.query("INSERT INTO books VALUES ('Emma')");
      await tx.query("SELECT 1 / 0").catch(() => {});
    });
    await expect((await server.press.printBook(emma)).wait()).rejects.toMatchObject({ code: Code.Internal });
    expect(await engine.sql("SELECT title FROM books")).toEqual([]);
  });

  test("a transaction has the documented members and the driver's client", async () => {
    const keys: string[][] = [];
    let typed: unknown;
    let mistaken: unknown;
    const server = await openCommitting(async (tx) => {
      keys.push(Object.keys(tx).sort());
      const [own, foreign] =
        engine.kind === "PostgreSQL" ? [postgresClient, pgliteTransaction] : [pgliteTransaction, postgresClient];
      typed = (await own(tx).query<{ one: number }>("SELECT 1 AS one")).rows;
      mistaken = await Promise.resolve(tx).then(foreign).catch(String);
    });
    await (await server.press.printBook(emma)).wait();
    expect(keys).toEqual([["client", "query"]]);
    expect(typed).toEqual([{ one: 1 }]);
    expect(mistaken).toMatch(/^Error: the transaction does not belong to \w+\(\): use \w+\(\) with \w+\(\)$/);
  });

  test("a handler's operation has only the documented members", async () => {
    let members: string[] = [];
    const { press } = await engine.open({
      printBook({ title }, operation) {
        for (let at: object | null = operation; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
          members.push(...Object.getOwnPropertyNames(at));
        }
        members = members.sort();
        return { title };
      },
    });
    await (await press.printBook(emma)).wait();
    expect(members).toEqual(["attempt", "commit", "metadata", "name", "principal", "signal", "update"]);
  });

  test("an operation can commit once, and later commits and updates are rejected", async () => {
    const ends: string[] = [];
    const aborted: unknown[] = [];
    const done = gate();
    const { press } = await engine.open({
      async printBook({ title }, operation) {
        operation.signal.addEventListener("abort", () => aborted.push(operation.signal.reason));
        const commits = [operation.commit(() => ({ title })), operation.commit(() => ({ title: "twice" }))];
        const results = await Promise.allSettled(commits);
        ends.push(...results.map((result) => (result.status === "rejected" ? String(result.reason) : "committed")));
        ends.push(await operation.commit(() => ({ title: "late" })).then(String, String));
        ends.push(await operation.update({ progressPercent: 1 }).then(String, String));
        done.open();
        return { title };
      },
    });
    const operation = await press.printBook(emma);
    expect(await operation.wait()).toMatchObject({ title: "Emma" });
    await done.passed;
    expect(ends).toEqual([
      "committed",
      `Error: operation ${operation.name} is already being committed: call commit once`,
      `Error: operation ${operation.name} is already done: do not call update or commit after a commit, or after run returned`,
      `Error: operation ${operation.name} is already done: do not call update or commit after a commit, or after run returned`,
    ]);
    expect(aborted).toEqual([]);
  });
});
