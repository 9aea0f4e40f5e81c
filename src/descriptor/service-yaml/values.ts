import type { DescField } from "@bufbuild/protobuf";
import { CustomHttpPatternSchema, HttpRuleSchema } from "../../gen/google/api/http_pb.ts";
import {
  ApiSchema,
  BackendRuleSchema,
  MethodSettings_LongRunningSchema,
  MethodSettingsSchema,
} from "../../gen/service_yaml/service_pb.ts";
import type { Values } from "./message-reader.ts";
import { isSelector } from "./selector.ts";

const { initialPollDelay, pollDelayMultiplier, maxPollDelay, totalPollTimeout } =
  MethodSettings_LongRunningSchema.field;
const http = HttpRuleSchema.field;

const duration: Values = {
  example: "60s",
  expected: "a positive number of seconds followed by s",
  isValid: isPositiveDuration,
};
const factor: Values = { example: "1.5", expected: "a number that is at least 1", isValid: isNumberFrom(1) };
const deadline: Values = {
  example: "60.0",
  expected: "a positive number of seconds",
  isValid: isNumberFrom(Number.MIN_VALUE),
};
const selector: Values = {
  example: "acme.library.v1.LibraryService.CreateBook",
  expected: "the full name of a method or a pattern that ends in .*, or several of these, separated by commas",
  isValid: isStringThat(isSelector),
  isRequired: true,
};
const service: Values = {
  example: "acme.library.v1.LibraryService",
  expected: "the full name of a service",
  isValid: isStringThat((text) => /^[\w.]+$/.test(text)),
  isRequired: true,
};
const requestField: Values = {
  example: "request_id",
  expected: "the name of a request field",
  isValid: isStringThat((text) => /^\w+$/.test(text)),
};
const httpPath: Values = {
  example: "/v1/{name=operations/*}",
  expected: "an HTTP path",
  isValid: isStringThat(isPathTemplate),
};
const bodyField: Values = {
  example: "'*'",
  expected: "'*' or the name of a field",
  isValid: isStringThat((text) => /^(\*|[\w.]*)$/.test(text)),
};
const httpMethod: Values = {
  example: "HEAD",
  expected: "an HTTP method",
  isValid: isStringThat((text) => /^([A-Z]+|\*)$/.test(text)),
};

/** The valid values of the fields that are read. */
export const values: ReadonlyMap<DescField, Values> = new Map([
  [ApiSchema.field.name, service],
  [initialPollDelay, duration],
  [pollDelayMultiplier, factor],
  [maxPollDelay, duration],
  [totalPollTimeout, duration],
  [MethodSettingsSchema.field.selector, selector],
  [MethodSettingsSchema.field.autoPopulatedFields, requestField],
  [BackendRuleSchema.field.selector, selector],
  [BackendRuleSchema.field.deadline, deadline],
  // Only additional bindings have no selector.
  [http.selector, { ...selector, isRequired: false }],
  [http.get, httpPath],
  [http.put, httpPath],
  [http.post, httpPath],
  [http.delete, httpPath],
  [http.patch, httpPath],
  [http.body, bodyField],
  [http.responseBody, bodyField],
  [CustomHttpPatternSchema.field.kind, httpMethod],
  [CustomHttpPatternSchema.field.path, httpPath],
]);

/**
 * A google.protobuf.Duration in JSON has at most nine decimal places and lasts at most 10,000 years. The client counts
 * milliseconds, and a shorter delay would be none.
 */
function isPositiveDuration(value: unknown): boolean {
  const [, seconds] = /^(\d+(?:\.\d{1,9})?)s$/.exec(String(value)) ?? [];
  return Number(seconds) >= 0.001 && Number(seconds) <= 315_576_000_000;
}

/** In JSON, a number can also be written as a string. */
function isNumberFrom(least: number): Values["isValid"] {
  return (value) => {
    const isNumeric = typeof value === "number" || (typeof value === "string" && /^\d+(\.\d+)?$/.test(value));
    return isNumeric && Number(value) >= least && Number.isFinite(Number(value));
  };
}

function isStringThat(isValid: (text: string) => boolean): Values["isValid"] {
  return (value) => typeof value === "string" && isValid(value);
}

/** The syntax in google/api/http.proto: segments, in which `{name=operations/*}` captures a field, and an optional verb. */
function isPathTemplate(text: string): boolean {
  const segment = "(?:\\*\\*?|[^/{}:*]+)";
  const variable = `\\{[\\w.]+(?:=${segment}(?:/${segment})*)?\\}`;
  const part = `(?:${segment}|${variable})`;
  return new RegExp(`^/${part}(?:/${part})*(?::[^/{}:*]+)?$`).test(text);
}
