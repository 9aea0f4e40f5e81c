import type { DescMethod } from "@bufbuild/protobuf";
import { operationInfoOf, startsOperation } from "../../descriptor/operation.ts";
import { atMethod, atOperationInfo } from "../../descriptor/place.ts";
import type { NamedDesc } from "../../descriptor/scope.ts";
import { RuleType } from "../../gen/buf/plugin/check/v1/check_pb.ts";
import { atTypeName, type OperationMethod, type TypeName } from "../operation-method.ts";
import type { Rule, Run } from "../rule.ts";

export const methodSameKind: Rule = {
  id: "LRO_METHOD_SAME_KIND",
  purpose: "Checks that no method starts or stops returning google.longrunning.Operation.",
  type: RuleType.BREAKING,
  must: true,
  *find(run) {
    for (const { before, now } of methodPairs(run)) {
      if (startsOperation(before) !== startsOperation(now)) {
        const message = `rpc ${now.name} changed its return type from ${before.output.typeName} to ${now.output.typeName}. Keep the old type, or add a new rpc.`;
        yield { place: atMethod(now), against: atMethod(before), message };
      }
    }
  },
};

export const operationInfoNotRemoved: Rule = {
  id: "LRO_OPERATION_INFO_NOT_REMOVED",
  purpose: "Checks that no method loses its operation_info.",
  type: RuleType.BREAKING,
  must: true,
  *find(run) {
    for (const { before, now } of operationPairs(run)) {
      if (operationInfoOf(before) && !operationInfoOf(now)) {
        const message = `rpc ${now.name} no longer has operation_info, so generated clients lose its response type. Restore the option.`;
        yield { place: atMethod(now), against: atOperationInfo(before), message };
      }
    }
  },
};

export const operationInfoNotAdded: Rule = {
  id: "LRO_OPERATION_INFO_NOT_ADDED",
  purpose: "Checks that no method gains operation_info.",
  type: RuleType.BREAKING,
  must: true,
  *find(run) {
    for (const { before, now } of operationPairs(run)) {
      if (!operationInfoOf(before) && operationInfoOf(now)) {
        const message = `rpc ${now.name} now has operation_info, which changes its return type in generated clients. Add a new rpc, or release this as a breaking change.`;
        yield { place: atOperationInfo(now), against: atMethod(before), message };
      }
    }
  },
};

export const responseSameType: Rule = sameType("response", "LRO_RESPONSE_SAME_TYPE");
export const metadataSameType: Rule = sameType("metadata", "LRO_METADATA_SAME_TYPE");

/** Compares the messages that the names refer to, not the names themselves. */
function sameType(part: "response" | "metadata", id: string): Rule {
  return {
    id,
    purpose: `Checks that the ${part} type of a long-running method stays the same message.`,
    type: RuleType.BREAKING,
    must: true,
    *find({ files, against }) {
      const operations = new Map(files.operations.map((operation) => [fullName(operation.desc), operation]));
      for (const operation of against.operations) {
        const before = operation[part];
        const now: OperationMethod["response"] | undefined = operations.get(fullName(operation.desc))?.[part];
        // A type that could not be resolved before cannot have been used, so changing it breaks no one.
        const isSame = before.desc?.typeName === now?.desc?.typeName && before.desc?.kind === now?.desc?.kind;
        if (now && before.desc?.kind === "message" && !isSame) {
          const message = `${now.field.name} of rpc ${now.method.name} ${describeChange(before.desc, now)}. Keep the old type, or add a new rpc.`;
          yield { place: atTypeName(now), against: atTypeName(before), message };
        }
      }
    },
  };
}

function describeChange({ typeName }: NamedDesc, { name, desc }: TypeName): string {
  if (name === "") {
    return `was removed. It was ${typeName}`;
  }
  if (desc === undefined) {
    return `changed from ${typeName} to "${name}", which is not found`;
  }
  return `changed from ${typeName} to ${desc.kind === "message" ? desc.typeName : `the ${desc}`}`;
}

interface Pair {
  readonly before: DescMethod;
  readonly now: DescMethod;
}

/** Returns the methods that still exist. Buf's own rules report removed methods. */
function methodPairs({ files, against }: Run): Pair[] {
  return against.methods.flatMap((before) => {
    const now = files.findMethod(before.parent.typeName, before.name);
    return now ? { before, now } : [];
  });
}

function operationPairs(run: Run): Pair[] {
  return methodPairs(run).filter(({ before, now }) => startsOperation(before) && startsOperation(now));
}

function fullName({ parent, name }: DescMethod): string {
  return `${parent.typeName}.${name}`;
}
