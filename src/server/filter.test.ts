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
])("reads %j", (text, filter) => {
  expect(parseFilter(text)).toEqual(filter);
});

test("OR binds tighter than AND", () => {
  expect(parseFilter("done = true AND name = a OR name = b")).toEqual({
    kind: "and",
    terms: [done(true), { kind: "or", terms: [named("a"), named("b")] }],
  });
});

test("a word in quotes is not an operator", () => {
  expect(() => parseFilter('done = true "AND" name = a')).toThrow('"AND" is not one of name, method');
});

test.each([
  ["done", '"done" is not followed by a comparison'],
  ["done =", '"done" is not followed by a comparison'],
  ["done = maybe", '"done" can be = or != true or false'],
  ["done < true", '"done" can be = or != true or false'],
  ["name > a", '"name" can be compared with = and !='],
  ["color = red", '"color" is not one of name, method, done, create_time, update_time'],
  ["constructor = 1", '"constructor" is not one of'],
  ["(done = true", "a parenthesis is not closed"],
  ["done = true)", '")" was not expected'],
  ['name = "a', 'cannot read " \\"a"'],
  ["create_time > yesterday", '"create_time" needs a timestamp such as'],
  ["create_time > 2026-13-01T00:00:00Z", '"create_time" needs a timestamp such as'],
  ['name = "a\0"', "it has a NUL character"],
  ["NOT ".repeat(300), "it has more than 200 words"],
])("refuses %j", (text, message) => {
  expect(() => parseFilter(text)).toThrow(
    expect.objectContaining({
      code: Code.InvalidArgument,
      message: expect.stringContaining(message.replaceAll('\\"', '"')),
    }),
  );
});
