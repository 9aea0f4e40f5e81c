/*
 * The shapes of progress in the metadata of googleapis.
 */
import { readFileSync } from "node:fs";
import {
  create,
  createFileRegistry,
  type DescField,
  type DescMessage,
  fromBinary,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { beforeAll, describe, expect, test } from "vitest";
import { googleapis, googleapisImage } from "../../test/googleapis.ts";
import { readLongRunningMethods } from "../../test/long-running-methods.ts";
import { progressOf } from "./index.ts";

describe("over all of googleapis, progressOf", () => {
  const shapes = new Map<string, number>();
  const unread: string[] = [];
  let total = 0;
  let methods = 0;

  beforeAll(async () => {
    const annotated = readLongRunningMethods(await googleapis()).flatMap(({ types }) => types?.metadata.typeName ?? []);
    const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(await googleapisImage())));
    const uses = Map.groupBy(annotated, (name) => name);
    total = uses.size;
    for (const [name, { length }] of uses) {
      const type = registry.getMessage(name) as DescMessage;
      const fields = type.fields.filter(isProgress);
      const read = fields.find((field) => progressOf(create(type, { [field.localName]: filled(field) })) !== undefined);
      const whole = progressOf(
        create(type, Object.fromEntries(fields.map((field) => [field.localName, filled(field)]))),
      );
      if (whole !== undefined) {
        methods += length;
        const shape = (read ? [read] : fields).map(shapeOf).sort().join(", ");
        shapes.set(shape, (shapes.get(shape) ?? 0) + 1);
      } else if (fields.length > 0) {
        unread.push(`${name}: ${fields.map(({ name }) => name).join(", ")}`);
      }
    }
  });

  test("reads these shapes of metadata", () => {
    expect(Object.fromEntries([...shapes].sort(([a], [b]) => a.localeCompare(b)))).toMatchInlineSnapshot(`
      {
        "annotation_progress: repeated { progress_percent: INT32 }": 5,
        "estimated_completion_ratio: DOUBLE": 4,
        "percent_complete: DOUBLE": 1,
        "percent_complete: INT32": 8,
        "progress: INT32": 1,
        "progress: repeated { progress_percent: INT32 }": 1,
        "progress: { progress_percent: INT32 }": 9,
        "progress_documents: { estimated_work: INT64, completed_work: INT64 }": 5,
        "progress_entities: { work_completed: INT64, work_estimated: INT64 }": 3,
        "progress_percent: FLOAT": 1,
        "progress_percent: INT32": 6,
        "progress_percentage: DOUBLE": 2,
        "progress_percentage: FLOAT": 1,
        "progress_percentage: INT32": 3,
        "progress_percentage: { estimated_work: INT64, completed_work: INT64 }": 2,
        "total_characters: INT64": 2,
        "total_count: INT32": 2,
        "total_count: INT64": 7,
        "total_pages: INT64": 2,
        "total_requested_analyses_count: INT32": 1,
        "total_steps: INT32": 3,
        "tuning_completion_ratio: DOUBLE": 1,
        "valid_uris_count: INT32": 3,
      }
    `);
  });

  test("reads all metadata that contain progress, except those without a total, or with a list of steps", () => {
    expect(unread.sort()).toMatchInlineSnapshot(`
      [
        "google.cloud.contentwarehouse.v1.RunPipelineMetadata: total_file_count, failed_file_count",
        "google.cloud.discoveryengine.v1.BatchUpdateUserLicensesMetadata: success_count, failure_count",
        "google.cloud.discoveryengine.v1.ImportCompletionSuggestionsMetadata: success_count, failure_count",
        "google.cloud.discoveryengine.v1.ImportUserEventsMetadata: success_count, failure_count",
        "google.cloud.discoveryengine.v1.PurgeDocumentsMetadata: success_count, failure_count",
        "google.cloud.discoveryengine.v1.PurgeUserEventsMetadata: success_count, failure_count",
        "google.cloud.discoveryengine.v1alpha.ImportCompletionSuggestionsMetadata: success_count, failure_count",
        "google.cloud.discoveryengine.v1alpha.ImportUserEventsMetadata: success_count, failure_count",
        "google.cloud.discoveryengine.v1alpha.PurgeDocumentsMetadata: success_count, failure_count",
        "google.cloud.discoveryengine.v1alpha.PurgeUserEventsMetadata: success_count, failure_count",
        "google.cloud.discoveryengine.v1beta.BatchUpdateUserLicensesMetadata: success_count, failure_count",
        "google.cloud.discoveryengine.v1beta.ImportCompletionSuggestionsMetadata: success_count, failure_count",
        "google.cloud.discoveryengine.v1beta.ImportUserEventsMetadata: success_count, failure_count",
        "google.cloud.discoveryengine.v1beta.PurgeDocumentsMetadata: success_count, failure_count",
        "google.cloud.discoveryengine.v1beta.PurgeUserEventsMetadata: success_count, failure_count",
        "google.cloud.documentai.v1beta3.BatchDeleteDocumentsMetadata: total_document_count",
        "google.cloud.documentai.v1beta3.ImportDocumentsMetadata: total_document_count",
        "google.cloud.hypercomputecluster.v1.OperationMetadata: progress",
        "google.cloud.hypercomputecluster.v1alpha.OperationMetadata: progress",
        "google.cloud.recommendationengine.v1beta1.ImportMetadata: success_count, failure_count",
        "google.cloud.retail.v2.ImportMetadata: success_count, failure_count",
        "google.cloud.retail.v2.PurgeProductsMetadata: success_count, failure_count",
        "google.cloud.retail.v2alpha.ImportMetadata: success_count, failure_count",
        "google.cloud.retail.v2alpha.PurgeProductsMetadata: success_count, failure_count",
        "google.cloud.retail.v2beta.ImportMetadata: success_count, failure_count",
        "google.cloud.retail.v2beta.PurgeProductsMetadata: success_count, failure_count",
        "google.cloud.run.v2.Execution: failed_count",
        "google.cloud.vectorsearch.v1.ImportDataObjectsMetadata: success_count, failure_count",
        "google.cloud.vectorsearch.v1beta.ImportDataObjectsMetadata: success_count, failure_count",
      ]
    `);
  });

  test("covers these numbers of metadata types and methods", () => {
    const covered = [...shapes.values()].reduce((sum, count) => sum + count, 0);
    expect({ types: total, covered, methods }).toMatchInlineSnapshot(`
      {
        "covered": 73,
        "methods": 151,
        "types": 811,
      }
    `);
  });
});

/** Whether a field looks as if it contained progress, or a part of it. */
function isProgress(field: DescField): boolean {
  const isNumber = field.fieldKind === "scalar" && ![ScalarType.STRING, ScalarType.BOOL].includes(field.scalar);
  const counts =
    /percent|_ratio|progress|total|complet|translated|executed|success|fail|work|operation_count|valid_uris_count/;
  return (isNumber && counts.test(field.name)) || (field.message !== undefined && /progress/.test(field.name));
}

/** A value for a field, in which every number is 1. */
function filled(field: DescField): unknown {
  const value = field.message ? fill(field.message) : "longAsString" in field && isBig(field) ? 1n : 1;
  return field.fieldKind === "list" ? [value] : value;
}

function fill(type: DescMessage): Message {
  return create(
    type,
    Object.fromEntries(type.fields.filter(isProgress).map((field) => [field.localName, filled(field)])),
  );
}

function isBig({ scalar }: DescField): boolean {
  return scalar === ScalarType.INT64 || scalar === ScalarType.UINT64;
}

function shapeOf({ name, fieldKind, message, scalar }: DescField): string {
  const type = message ? `{ ${message.fields.filter(isProgress).map(shapeOf).join(", ")} }` : ScalarType[scalar ?? 0];
  return `${name}: ${fieldKind === "list" ? "repeated " : ""}${type}`;
}
