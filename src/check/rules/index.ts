import type { Rule } from "../rule.ts";
import {
  metadataSameType,
  methodSameKind,
  operationInfoNotAdded,
  operationInfoNotRemoved,
  responseSameType,
} from "./breaking.ts";
import { metadataNotEmpty, responseNotEmpty } from "./empty.ts";
import {
  operationInfoOnOperation,
  operationInfoPresent,
  responseNotStreaming,
  typesPresent,
} from "./operation-info.ts";
import {
  noCreateOperation,
  noOwnOperationsService,
  operationNotCopied,
  operationsServed,
} from "./operations-interface.ts";
import { standardResponse } from "./standard-methods.ts";
import { typesImported, typesImportedDirectly, typesQualified, typesResolve } from "./type-names.ts";

/** All rules, in the order of docs/rules.md. */
export const rules: readonly Rule[] = [
  operationInfoPresent,
  operationInfoOnOperation,
  typesPresent,
  typesResolve,
  typesImported,
  typesImportedDirectly,
  typesQualified,
  responseNotStreaming,
  responseNotEmpty,
  metadataNotEmpty,
  standardResponse,
  operationNotCopied,
  noOwnOperationsService,
  noCreateOperation,
  operationsServed,
  methodSameKind,
  operationInfoNotAdded,
  operationInfoNotRemoved,
  responseSameType,
  metadataSameType,
];
