/*
 * Lets Node run the examples as they stand: programs of users name the `.js` that TypeScript makes of a `.ts`. Load it
 * with `--import`.
 */
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOfExample = context.parentURL?.includes("/examples/") && /^\.\.?\/.*\.js$/.test(specifier);
    return nextResolve(isOfExample ? specifier.replace(/\.js$/, ".ts") : specifier, context);
  },
});
