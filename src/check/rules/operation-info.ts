import { operationInfoOf, startsOperation } from "../../descriptor/operation.ts";
import { atMethod, atOperationInfo } from "../../descriptor/place.ts";
import { RuleType } from "../../gen/buf/plugin/check/v1/check_pb.ts";
import type { Rule } from "../rule.ts";

export const operationInfoPresent: Rule = {
  id: "LRO_OPERATION_INFO_PRESENT",
  purpose: "Checks that methods that return google.longrunning.Operation have operation_info.",
  type: RuleType.LINT,
  must: true,
  *find({ files }) {
    for (const method of files.methods) {
      if (startsOperation(method) && !operationInfoOf(method)) {
        const message = `rpc ${method.name} returns google.longrunning.Operation, but has no operation_info. Add option (google.longrunning.operation_info) with a response_type and a metadata_type.`;
        yield { place: atMethod(method), message };
      }
    }
  },
};

export const operationInfoOnOperation: Rule = {
  id: "LRO_OPERATION_INFO_ON_OPERATION",
  purpose: "Checks that only methods that return google.longrunning.Operation have operation_info.",
  type: RuleType.LINT,
  must: true,
  *find({ files }) {
    for (const method of files.methods) {
      if (operationInfoOf(method) && !startsOperation(method)) {
        const message = `rpc ${method.name} has operation_info, but returns ${method.output.typeName}. Return google.longrunning.Operation, or remove the option.`;
        yield { place: atOperationInfo(method), message };
      }
    }
  },
};

export const typesPresent: Rule = {
  id: "LRO_TYPES_PRESENT",
  purpose: "Checks that operation_info sets both response_type and metadata_type.",
  type: RuleType.LINT,
  must: true,
  *find({ files }) {
    for (const { desc, response, metadata } of files.operations) {
      const missing = [response, metadata].filter(({ name }) => name === "").map(({ field }) => field.name);
      if (missing.length > 0) {
        const message = `operation_info of rpc ${desc.name} has no ${missing.join(" and no ")}. Set it to a message type; define an empty message if it needs no fields yet.`;
        yield { place: atOperationInfo(desc), message };
      }
    }
  },
};

export const requestNotStreaming: Rule = {
  id: "LRO_REQUEST_NOT_STREAMING",
  purpose: "Checks that methods with operation_info do not take a stream of requests.",
  type: RuleType.LINT,
  must: true,
  *find({ files }) {
    for (const { desc } of files.operations) {
      if (desc.proto.clientStreaming) {
        const message = `rpc ${desc.name} takes a stream of requests. Remove \`stream\`: one request starts an operation.`;
        yield { place: atMethod(desc), message };
      }
    }
  },
};

export const responseNotStreaming: Rule = {
  id: "LRO_RESPONSE_NOT_STREAMING",
  purpose: "Checks that methods do not stream google.longrunning.Operation.",
  type: RuleType.LINT,
  must: true,
  *find({ files }) {
    for (const method of files.methods) {
      if (startsOperation(method) && method.proto.serverStreaming) {
        const message = `rpc ${method.name} streams google.longrunning.Operation. Remove \`stream\`: clients poll a single operation.`;
        yield { place: atMethod(method), message };
      }
    }
  },
};
