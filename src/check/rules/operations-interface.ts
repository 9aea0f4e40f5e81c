import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { operationsService, startsOperation } from "../../descriptor/operation.ts";
import { atMessage, atMethod, atService } from "../../descriptor/place.ts";
import { RuleType } from "../../gen/buf/plugin/check/v1/check_pb.ts";
import { isCopy, isOperationsMethod } from "../operation-like.ts";
import type { Rule } from "../rule.ts";

export const operationNotCopied: Rule = {
  id: "LRO_OPERATION_NOT_COPIED",
  purpose: "Checks that no package declares a copy of google.longrunning.Operation.",
  type: RuleType.LINT,
  must: true,
  readsFieldsWith: ["done"],
  *find({ files }) {
    for (const file of files.checked) {
      for (const desc of nestedTypes(file)) {
        if (desc.kind === "message" && isCopy(desc)) {
          const message = `message ${desc.name} is a copy of google.longrunning.Operation. Use google.longrunning.Operation; clients don't recognize a copy.`;
          yield { place: atMessage(desc), message };
        }
      }
    }
  },
};

export const noOwnOperationsService: Rule = {
  id: "LRO_NO_OWN_OPERATIONS_SERVICE",
  purpose: "Checks that no service defines its own operations interface.",
  type: RuleType.LINT,
  must: true,
  readsFieldsWith: ["done", "operation"],
  *find({ files }) {
    for (const service of files.checked.flatMap((file) => file.services)) {
      const method = service.methods.find(isOperationsMethod);
      if (method && service.typeName !== operationsService) {
        const message = `rpc ${method.name} of service ${service.name} duplicates google.longrunning.Operations. Remove it, and serve google.longrunning.Operations.`;
        yield { place: atMethod(method), message };
      }
    }
  },
};

export const noCreateOperation: Rule = {
  id: "LRO_NO_CREATE_OPERATION",
  purpose: "Checks that no method is named CreateOperation.",
  type: RuleType.LINT,
  must: false,
  *find({ files }) {
    for (const method of files.methods) {
      if (method.name === "CreateOperation") {
        const message =
          "rpc CreateOperation is named after the operation that it creates. Name it after the work that it does, such as PrintBook.";
        yield { place: atMethod(method), message };
      }
    }
  },
};

export const operationsServed: Rule = {
  id: "LRO_OPERATIONS_SERVED",
  purpose: "Checks that APIs that return google.longrunning.Operation serve google.longrunning.Operations.",
  type: RuleType.LINT,
  must: true,
  *find({ files, options }) {
    for (const { path, apis } of options.serviceYamls) {
      for (const service of apis.has(operationsService) ? [] : files.checked.flatMap((file) => file.services)) {
        const method = service.methods.find(startsOperation);
        if (method && apis.has(service.typeName)) {
          const message = `rpc ${method.name} returns google.longrunning.Operation, but no service lets clients get it. Add name: ${operationsService} to apis in ${path}.`;
          yield { place: atService(service), message };
        }
      }
    }
  },
};
