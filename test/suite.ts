import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    suite: "fast" | "long";
  }
}

/** Returns how many times a test repeats something that fails only by chance: a few times in the fast suite. */
export function times(fast: number, long: number): number {
  return isLong() ? long : fast;
}

/** Returns whether this is the long suite, which `npm run test:long` runs. */
export function isLong(): boolean {
  return inject("suite") === "long";
}
