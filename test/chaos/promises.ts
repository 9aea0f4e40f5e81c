import type { Acknowledged } from "./clients.ts";
import type { ChaosDatabase } from "./database.ts";

/** Checks the guarantees after all clients and servers stopped: compares the database with the states clients read. */
export async function violatedGuarantees(
  database: ChaosDatabase,
  acknowledged: ReadonlyMap<string, Acknowledged>,
): Promise<string[]> {
  const stored = await database.sql(`
    SELECT name, done, key, attempt, response IS NOT NULL AS succeeded, extract(epoch FROM update_time)::float8 * 1000 AS ended
    FROM chaos_lro.operations ORDER BY create_time, id`);
  const commits = await database.sql("SELECT name, attempt, began FROM chaos.commits ORDER BY id");
  const jobs = await database.sql("SELECT id FROM chaos_lro.job");
  const byName = new Map(stored.map((row) => [row.name, row]));
  const succeeded = stored.filter((row) => row.succeeded);
  console.log(`${stored.length} operations, ${succeeded.length} succeeded, ${acknowledged.size} acknowledged`);

  const broken: string[] = [];
  const expect = (holds: boolean, problem: string): void => {
    if (!holds) {
      broken.push(problem);
    }
  };
  expect(jobs.length === 0, `${jobs.length} jobs are left`);
  expect(stored.length === acknowledged.size, "a retried start created two operations");
  for (const [name, { done }] of acknowledged) {
    expect(byName.get(name)?.done === true && done !== undefined, `${name} was acknowledged, but is lost`);
  }
  expect(new Set(commits.map(({ name }) => name)).size === commits.length, "an operation committed twice");
  expect(
    succeeded.length === commits.length && commits.every(({ name }) => byName.get(name)?.succeeded),
    `${commits.length} commits, and ${succeeded.length} responses`,
  );
  for (const { name, attempt } of commits) {
    expect(attempt === byName.get(name)?.attempt, `attempt ${attempt} of ${name} committed after it lost its lease`);
  }
  for (const key of new Set(stored.map((row) => row.key).filter((key) => key !== null))) {
    const inOrder = succeeded.filter((row) => row.key === key);
    const ofKey = commits.filter(({ name }) => byName.get(name)?.key === key);
    for (const [i, { name, began }] of ofKey.entries()) {
      expect(name === inOrder[i]?.name, `${name} with the key ${key} was not in order`);
      const before = byName.get(ofKey[i - 1]?.name);
      expect(
        !before || Number(began) >= Math.floor(Number(before.ended)),
        `${name} began before ${before?.name} ended`,
      );
    }
  }
  return broken;
}
