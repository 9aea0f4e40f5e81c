import type { Message } from "@bufbuild/protobuf";

/** Fields from 0 to 100. */
const percentages = ["progressPercent", "progressPercentage", "percentComplete", "completedPercent", "progress"];

/** Fields from 0 to 1. */
const ratios = ["estimatedCompletionRatio", "tuningCompletionRatio"];

/** Fields that contain the amount of work, each with those that contain the part of it that is finished. */
const totals: Readonly<Record<string, readonly string[]>> = {
  estimatedWork: ["completedWork"],
  workEstimated: ["workCompleted"],
  totalSteps: ["completedSteps"],
  totalCount: ["successCount", "failureCount"],
  totalPages: ["translatedPages", "failedPages"],
  totalCharacters: ["translatedCharacters", "failedCharacters"],
  totalRequestedAnalysesCount: ["completedAnalysesCount", "failedAnalysesCount"],
  validUrisCount: ["successCount", "quotaExceededCount"],
  operationCount: ["executedOperationCount"],
};

/** Fields that contain a message with such a field, or a list of such messages for parts of the work. */
const nested = [
  "progress",
  "progressPercentage",
  "progressDocuments",
  "progressEntities",
  "progressBytes",
  "annotationProgress",
];

/**
 * Returns the percentage of an operation's work that is done, from 0 to 100. Reads the fields that Google's APIs have
 * for it in their metadata, such as `progress_percent`, `progress`, and pairs such as `completed_work` and
 * `estimated_work`. `undefined` if the metadata has no such field, or if the amount of work is not known yet.
 */
export function progressOf(metadata: Message | undefined): number | undefined {
  const percent = metadata && percentOf(metadata as unknown as Fields);
  return percent === undefined || Number.isNaN(percent) ? undefined : Math.min(Math.max(percent, 0), 100);
}

type Fields = Readonly<Record<string, unknown>>;

function percentOf(fields: Fields): number | undefined {
  const percentage = percentages.map((name) => fields[name]).find(isNumber);
  if (percentage !== undefined) {
    return Number(percentage);
  }
  const ratio = ratios.map((name) => fields[name]).find(isNumber);
  if (ratio !== undefined) {
    return 100 * Number(ratio);
  }
  return ratioOfCounts(fields) ?? percentOfNested(fields);
}

function ratioOfCounts(fields: Fields): number | undefined {
  for (const [total, parts] of Object.entries(totals)) {
    const finished = parts.map((name) => fields[name]).filter(isNumber);
    const amount = Number(fields[total] ?? 0);
    if (amount > 0 && finished.length > 0) {
      return (100 * finished.reduce<number>((sum, part) => sum + Number(part), 0)) / amount;
    }
  }
  return undefined;
}

function percentOfNested(fields: Fields): number | undefined {
  for (const name of nested) {
    const parts = [fields[name] ?? []].flat().map((part) => percentOf(part as Fields));
    const known = parts.filter((percent) => percent !== undefined);
    if (known.length > 0) {
      return known.reduce((sum, percent) => sum + percent, 0) / parts.length;
    }
  }
  return undefined;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
