/*
 * Checks the responses that clients received for linearizability: a call that begins after another call ended must not
 * return an older state of the operation.
 */

/** The state of an operation in a response. */
export interface SeenState {
  readonly done: boolean;
  /** The progress, which increases until the operation is done. */
  readonly progress: number;
  /** The full response, as text. */
  readonly text: string;
}

/** A completed call. All times are from the same clock. */
export interface Call {
  readonly kind: "start" | "get" | "wait" | "cancel" | "list";
  readonly began: number;
  readonly ended: number;
  /** The name of the operation. */
  readonly name: string;
  /** The response. `"found"` for a cancel request, which does not return a state. */
  readonly answer: SeenState | "found" | "not found";
}

/** Returns a description of each call whose response contradicts that of another. */
export function violations(calls: readonly Call[]): string[] {
  const ofName = [...Map.groupBy(calls, ({ name }) => name).values()];
  return ofName.flatMap((calls) => [...changesWhenDone(calls), ...losses(calls), ...stepsBack(calls)]);
}

/** A done state never changes. */
function changesWhenDone(calls: readonly Call[]): string[] {
  const done = calls.filter(({ answer }) => typeof answer === "object" && answer.done);
  const [first] = done;
  return done
    .filter(({ answer }) => first && textOf(answer) !== textOf(first.answer))
    .map((call) => `${describe(call)} differs from the earlier outcome, ${textOf(first?.answer ?? "found")}`);
}

/** Every call that begins after the start of an operation ended finds the operation. */
function losses(calls: readonly Call[]): string[] {
  const known = Math.min(...calls.filter(({ answer }) => answer !== "not found").map(({ ended }) => ended));
  return calls
    .filter(({ answer, began }) => answer === "not found" && began > known)
    .map((call) => `${describe(call)}, although it was found before`);
}

/** No call returns an older state than a call that ended before it began. */
function stepsBack(calls: readonly Call[]): string[] {
  const seen = calls.flatMap((call) => (typeof call.answer === "object" ? [{ call, rank: rankOf(call.answer) }] : []));
  const ends = seen.toSorted((a, b) => a.call.ended - b.call.ended);
  const problems: string[] = [];
  let before = { rank: Number.NEGATIVE_INFINITY, text: "" };
  let next = 0;
  for (const { call, rank } of seen.toSorted((a, b) => a.call.began - b.call.began)) {
    for (let end = ends[next]; end && end.call.ended < call.began; end = ends[++next]) {
      before = end.rank > before.rank ? { rank: end.rank, text: describe(end.call) } : before;
    }
    if (rank < before.rank) {
      problems.push(`${describe(call)} is older than the state in an earlier response: ${before.text}`);
    }
  }
  return problems;
}

function rankOf({ done, progress }: SeenState): number {
  return done ? Number.POSITIVE_INFINITY : progress;
}

function textOf(answer: Call["answer"]): string {
  return typeof answer === "object" ? answer.text : answer;
}

function describe({ kind, name, began, ended, answer }: Call): string {
  return `${kind} ${name} from ${Math.round(began)} to ${Math.round(ended)}: ${textOf(answer)}`;
}
