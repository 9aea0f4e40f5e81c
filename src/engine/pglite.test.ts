import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { expect, onTestFinished, test, vi } from "vitest";
import { openEngine } from "../server/engine.ts";
import { pglite } from "./pglite.ts";

test("a directory is closed if its store cannot be opened, and can be opened again", async () => {
  const directory = mkdtempSync(join(tmpdir(), "lro-pglite-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const dataDir = join(directory, "data");
  const options = { leaseSeconds: 10, heartbeatMs: 5_000, log: () => {} };
  const create = vi.spyOn(PGlite, "create");
  await expect(openEngine(pglite({ dataDir, schema: "no schema" }), options)).rejects.toThrow(
    "is invalid: use at most 41 lowercase letters",
  );
  const refused = await create.mock.results[0]?.value;
  expect(refused.closed).toBe(true);
  const store = await openEngine(pglite({ dataDir }), options);
  await store.close();
});
