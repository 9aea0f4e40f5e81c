import type { Mutant } from "./mutants.ts";

/** A mutant that does what the source does, so that no test can tell the two apart. */
export interface Equivalent extends Pick<Mutant, "file" | "before" | "after"> {
  readonly reason: string;
}

/** How the mutants of a folder have fared. */
export interface Score {
  readonly killed: number;
  /** All but those that are left out, or known to be equivalent. */
  readonly mutants: number;
  /** Of a hundred. */
  readonly percent: number;
  readonly leftOut: number;
  readonly survivors: readonly Mutant[];
  /** Those named as equivalent that are no longer there, or that a test fails for. */
  readonly stale: readonly Equivalent[];
}

/** @param equivalents Those of the folder. */
export function scoreOf(mutants: readonly Mutant[], equivalents: readonly Equivalent[]): Score {
  const known = new Set(equivalents.map(keyOf));
  const killed = mutants.filter(({ status }) => status === "killed").length;
  const alive = mutants.filter(({ status }) => status !== "killed");
  const survivors = alive.filter((mutant) => mutant.status !== "left out" && !known.has(keyOf(mutant)));
  const counted = killed + survivors.length;
  const there = new Set(alive.map(keyOf));
  return {
    killed,
    mutants: counted,
    percent: counted === 0 ? 100 : (100 * killed) / counted,
    leftOut: alive.filter(({ status }) => status === "left out").length,
    survivors,
    stale: equivalents.filter((equivalent) => !there.has(keyOf(equivalent))),
  };
}

function keyOf({ file, before, after }: Pick<Mutant, "file" | "before" | "after">): string {
  return JSON.stringify([file, before, after]);
}
