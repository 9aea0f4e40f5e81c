/*
 * What clients have seen, checked for what could not have been if each operation were one thing that changes in one
 * order: whoever calls after somebody has had an answer sees no less than that one did.
 */

/** What an answer says of an operation. */
export interface SeenState {
  readonly done: boolean;
  /** How far it came. It grows until the operation is done. */
  readonly progress: number;
  /** The whole answer, as text. */
  readonly text: string;
}

/** A call that was answered. Times are of one clock. */
export interface Call {
  readonly kind: "start" | "get" | "wait" | "cancel" | "list";
  readonly began: number;
  readonly ended: number;
  /** The operation that it is about. */
  readonly name: string;
  /** A cancel that finds its operation says nothing of it. */
  readonly answer: SeenState | "found" | "not found";
}

/** Finds the calls whose answers contradict each other, and says how. */
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
    .map((call) => `${describe(call)} differs from how it was done before, ${textOf(first?.answer ?? "found")}`);
}

/** What was started is found by all who call later. */
function losses(calls: readonly Call[]): string[] {
  const known = Math.min(...calls.filter(({ answer }) => answer !== "not found").map(({ ended }) => ended));
  return calls
    .filter(({ answer, began }) => answer === "not found" && began > known)
    .map((call) => `${describe(call)}, though it was known before`);
}

/** Nobody sees less than what somebody had seen before the call began. */
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
      problems.push(`${describe(call)} is older than what was seen before: ${before.text}`);
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
