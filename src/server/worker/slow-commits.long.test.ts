/*
 * Commits that take longer than a lease, in real time.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { describePostgres, type PrintBook } from "../../../test/lro-servers.ts";

/** The title of a book contains the seconds for which it is printed and then committed. */
const printBook: PrintBook = async ({ title }, { commit }) => {
  const [seconds, commitSeconds] = title.split(" ").map(Number);
  await sleep(Number(seconds) * 1_000);
  if (!commitSeconds) {
    return { title };
  }
  return await commit(async () => {
    await sleep(commitSeconds * 1_000);
    return { title };
  });
};

describePostgres((engine) => {
  test.each([
    ["one commit of 24 s, and five handlers that take 32 s,", ["0 24", ...Array<string>(5).fill("32 0")]],
    ["twenty commits of 25 s, each of which waits for its turn", Array<string>(20).fill("0 25")],
  ])("%s cost no lease of 10 s", async (_, titles) => {
    const { press } = await engine.open({ commitTimeoutMs: 60_000, printBook });
    // A second process would take over operations that lose their lease.
    await engine.open({ commitTimeoutMs: 60_000, printBook });
    const operations = await Promise.all(titles.map((title) => press.printBook({ press: "presses/1", title })));
    await Promise.all(operations.map((operation) => operation.wait()));
    expect(
      await engine.sql("SELECT max(attempt) AS attempts, bool_and(error IS NULL) AS well FROM operations"),
    ).toEqual([{ attempts: 1, well: true }]);
  });
});
