import type { Mutant } from "./mutants.ts";

/** A mutant that behaves like the source, so no test can detect it. */
export interface Equivalent extends Pick<Mutant, "file" | "before" | "after"> {
  readonly reason: string;
}

/** The results of the mutants of a folder. */
export interface Score {
  readonly killed: number;
  /** The number of mutants, without ignored and equivalent ones. */
  readonly mutants: number;
  /** Percentage of killed mutants. */
  readonly percent: number;
  readonly leftOut: number;
  readonly survivors: readonly Mutant[];
  /** Entries whose mutant no longer exists or is killed. */
  readonly stale: readonly Equivalent[];
}

/** @param equivalents The equivalent mutants of the folder. */
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
