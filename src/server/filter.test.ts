import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { type Filter, parseFilter } from "./filter.ts";

const done = (value: boolean): Filter => ({ kind: "compare", field: "done", comparator: "=", value });
const named = (value: string): Filter => ({ kind: "compare", field: "name", comparator: "=", value });

test.each<[string, Filter | undefined]>([
  ["", undefined],
  ["  ", undefined],
  ["done=true", done(true)],
  ["done = true AND name = a", { kind: "and", terms: [done(true), named("a")] }],
  ["done = true name = a", { kind: "and", terms: [done(true), named("a")] }],
  ["NOT done = true", { kind: "not", term: done(true) }],
  ["-done = true", { kind: "not", term: done(true) }],
  ["((done = true))", done(true)],
  ['name = "a \\"b\\" AND (c)"', named('a "b" AND (c)')],
  ["name = operations/1-2", named("operations/1-2")],
])("parses %j", (text, filter) => {
  expect(parseFilter(text)).toEqual(filter);
});

test("OR binds tighter than AND", () => {
  expect(parseFilter("done = true AND name = a OR name = b")).toEqual({
    kind: "and",
    terms: [done(true), { kind: "or", terms: [named("a"), named("b")] }],
  });
});

test("a word in quotes is not an operator", () => {
  expect(() => parseFilter('done = true "AND" name = a')).toThrow('unknown field "AND": use name, method');
});

test.each([
  ["done", '"done" is not compared: add a comparator and a value'],
  ["done =", '"done" is not compared: add a comparator and a value'],
  ["done = maybe", '"done = maybe" is not supported: use = or != with true or false'],
  ["done < true", '"done < true" is not supported: use = or != with true or false'],
  ["name > a", '"name >" is not supported: use = or !='],
  ["color = red", 'unknown field "color": use name, method, done, create_time, update_time'],
  ["constructor = 1", 'unknown field "constructor": use'],
  ["(done = true", '"(" is not closed: add ")"'],
  ["done = true)", 'unexpected ")": remove it'],
  ['name = "a', 'cannot parse " \\"a"'],
  ["create_time > yesterday", '"yesterday" is not a timestamp: compare create_time with one such as'],
  ["create_time > 2026-13-01T00:00:00Z", '"2026-13-01T00:00:00Z" is not a timestamp'],
  ['name = "a\0"', 'the value of "name" contains a NUL character: remove it'],
  ["NOT ".repeat(300), "more than 200 words: shorten it"],
])("rejects %j", (text, message) => {
  expect(() => parseFilter(text)).toThrow(
    expect.objectContaining({
      code: Code.InvalidArgument,
      message: expect.stringContaining(message.replaceAll('\\"', '"')),
    }),
  );
});
