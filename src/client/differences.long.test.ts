import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { serveDifferences } from "../../test/difference-servers.ts";
import { javaProblem, javaResultsPath, recordedJavaResults, runJava } from "../../test/java-gax.ts";

const problem = javaProblem();
if (problem) {
  console.warn(`${problem}: the comparison with gax for Java is skipped.`);
}

// To record new results, set RECORD_JAVA_RESULTS=1.
test.skipIf(problem)("gax for Java behaves as recorded", { timeout: 10 * 60_000 }, async () => {
  const { all, redis, close } = await serveDifferences();
  try {
    const actions = all.map(({ java = "wait" }) => java);
    const results = await runJava(redis.port, actions);
    const found = Object.fromEntries(all.map(({ situation }, index) => [situation, results[index]]));
    if (process.env.RECORD_JAVA_RESULTS) {
      writeFileSync(javaResultsPath, `${JSON.stringify(found, undefined, 2)}\n`);
    }
    expect(found).toEqual(recordedJavaResults());
  } finally {
    await close();
  }
});
