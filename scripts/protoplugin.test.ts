import { build } from "esbuild";
import { expect, test } from "vitest";
import { patchProtoplugin } from "./protoplugin.ts";

function bundle(contents: string): Promise<unknown> {
  const stdin = { contents, resolveDir: "." };
  return build({
    stdin,
    bundle: true,
    platform: "node",
    write: false,
    logLevel: "silent",
    plugins: [patchProtoplugin()],
  });
}

test("protoplugin is bundled with each of its patches, and without TypeScript", async () => {
  await expect(
    bundle('import { createEcmaScriptPlugin as f } from "@bufbuild/protoplugin"; f({});'),
  ).resolves.toBeDefined();
});

test("a build fails if a patch is not applied", async () => {
  await expect(bundle("")).rejects.toThrow("each module of protoplugin must be patched exactly once");
  await expect(bundle('require("@bufbuild/protoplugin")')).rejects.toThrow("each module");
});
