import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bundled } from "./pg-boss.ts";

test("NOTICE names each package that is bundled with pg-boss", () => {
  const [, notice = ""] = readFileSync("NOTICE", "utf8").split("dist/engine/pg-boss.js");
  for (const name of bundled) {
    expect(notice).toMatch(new RegExp(`\\b${name}\\b`));
  }
});

test("no other module of the built package imports pg-boss", () => {
  const importing = globSync("dist/{client,engine,operation,server,testing}/**/*.{js,d.ts}").filter((path) =>
    /(?:from|import\() ?["']pg-boss["']/.test(readFileSync(path, "utf8")),
  );
  expect(importing).toEqual([]);
});
