import type { Rule } from "../rule.js";
import {
  metadataSameType,
  methodSameKind,
  operationInfoNotAdded,
  operationInfoNotRemoved,
  responseSameType,
} from "./breaking.js";
import { metadataNotEmpty, responseNotEmpty } from "./empty.js";
import {
  operationInfoOnOperation,
  operationInfoPresent,
  responseNotStreaming,
  typesPresent,
} from "./operation-info.js";
import {
  noCreateOperation,
  noOwnOperationsService,
  operationNotCopied,
  operationsServed,
} from "./operations-interface.js";
import { standardResponse } from "./standard-methods.js";
import { typesImported, typesImportedDirectly, typesQualified, typesResolve } from "./type-names.js";

/** All rules, as docs/rules.md lists them. */
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
