import { describe, expect, test } from "vitest";
import { type Call, type SeenState, violations } from "./history.ts";

const name = "operations/1";
const running = (progress: number): SeenState => ({ done: false, progress, text: `${progress} %` });
const done: SeenState = { done: true, progress: 0, text: "printed" };

/** Returns a call with a start and an end time. */
const call = (kind: Call["kind"], [began, ended]: [number, number], answer: Call["answer"], of = name): Call => ({
  ...{ kind, name: of, began, ended, answer },
});

const start = call("start", [0, 1], running(0));

test("a possible history has no violations", () => {
  const calls = [
    start,
    call("get", [2, 3], running(0)),
    call("wait", [2, 20], done),
    call("list", [4, 5], running(33)),
    call("cancel", [6, 7], "found"),
    // These overlap, so either can be the earlier one.
    call("get", [10, 14], running(66)),
    call("get", [11, 13], running(33)),
    call("get", [18, 22], done),
    call("get", [19, 23], running(66)),
    call("list", [24, 25], done),
    call("get", [0, 30], "not found", "operations/2"),
  ];
  expect(violations(calls)).toEqual([]);
  expect(violations(calls.toReversed())).toEqual([]);
});

describe("a violation is found:", () => {
  test.each<[string, Call[], string]>([
    [
      "a done state that changes",
      [call("wait", [2, 3], done), call("get", [4, 5], { ...done, text: "cancelled" })],
      "get operations/1 from 4 to 5: cancelled differs from the earlier outcome, printed",
    ],
    [
      "two different done states in concurrent calls",
      [call("wait", [2, 4], done), call("get", [3, 5], { ...done, text: "cancelled" })],
      "get operations/1 from 3 to 5: cancelled differs from the earlier outcome, printed",
    ],
    [
      "a done operation that runs again",
      [call("get", [2, 3], done), call("list", [4, 5], running(99))],
      "list operations/1 from 4 to 5: 99 % is older than the state in an earlier response: get operations/1 from 2 to 3: printed",
    ],
    [
      "a wait that is older than a get before it",
      [call("get", [2, 3], running(66)), call("wait", [4, 9], running(33))],
      "wait operations/1 from 4 to 9: 33 % is older than the state in an earlier response: get operations/1 from 2 to 3: 66 %",
    ],
    [
      "a get that is older than the latest of many before it",
      [call("get", [2, 3], running(66)), call("get", [2, 6], running(33)), call("get", [7, 8], running(33))],
      "get operations/1 from 7 to 8: 33 % is older than the state in an earlier response: get operations/1 from 2 to 3: 66 %",
    ],
    ...(["get", "wait", "list", "cancel"] as const).map((kind): [string, Call[], string] => [
      `a start that a ${kind} does not find`,
      [call(kind, [2, 3], "not found")],
      `${kind} operations/1 from 2 to 3: not found, although it was found before`,
    ]),
  ])("%s", (_, calls, problem) => {
    expect(violations([start, ...calls])).toEqual([problem]);
    expect(violations([start, ...calls].toSorted((a, b) => b.ended - a.ended))).toHaveLength(1);
  });
});
