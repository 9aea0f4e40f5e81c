import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    suite: "fast" | "long";
  }
}

/** Returns how often a test tries something that may go wrong by chance: rarely in the fast suite. */
export function times(fast: number, long: number): number {
  return isLong() ? long : fast;
}

/** Whether this is the long suite, which `npm run test:long` runs. */
export function isLong(): boolean {
  return inject("suite") === "long";
}
