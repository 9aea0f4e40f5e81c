import type { Rule } from "../rule.ts";
import {
  metadataSameType,
  methodSameKind,
  operationInfoNotAdded,
  operationInfoNotRemoved,
  responseSameType,
} from "./breaking.ts";
import { metadataNotEmpty, responseNotEmpty } from "./empty.ts";
import { namesDistinct } from "./names.ts";
import {
  operationInfoOnOperation,
  operationInfoPresent,
  requestNotStreaming,
  responseNotStreaming,
  typesPresent,
} from "./operation-info.ts";
import {
  noCreateOperation,
  noOwnOperationsService,
  operationNotCopied,
  operationsServed,
} from "./operations-interface.ts";
import { serviceYamlValid } from "./service-yaml.ts";
import { standardResponse } from "./standard-methods.ts";
import { metadataCreateTime, requestIdAnnotated, responseSpecific, typesDistinct } from "./type-choice.ts";
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
  requestNotStreaming,
  responseNotStreaming,
  namesDistinct,
  responseNotEmpty,
  responseSpecific,
  metadataNotEmpty,
  metadataCreateTime,
  typesDistinct,
  standardResponse,
  requestIdAnnotated,
  operationNotCopied,
  noOwnOperationsService,
  noCreateOperation,
  operationsServed,
  serviceYamlValid,
  methodSameKind,
  operationInfoNotAdded,
  operationInfoNotRemoved,
  responseSameType,
  metadataSameType,
];
