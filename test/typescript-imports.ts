/*
 * Lets Node.js run the TypeScript examples without a build: it resolves their imports of `.js` files to the `.ts`
 * sources. Load this module with `--import`.
 */
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOfExample = context.parentURL?.includes("/examples/") && /^\.\.?\/.*\.js$/.test(specifier);
    return nextResolve(isOfExample ? specifier.replace(/\.js$/, ".ts") : specifier, context);
  },
});
