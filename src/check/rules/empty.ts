import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { RuleType } from "../../gen/buf/plugin/check/v1/check_pb.ts";
import { atTypeName, type TypeName } from "../operation-method.ts";
import type { Rule } from "../rule.ts";

export const responseNotEmpty: Rule = {
  id: "LRO_RESPONSE_NOT_EMPTY",
  purpose: "Checks that the response is google.protobuf.Empty only where something is deleted.",
  type: RuleType.LINT,
  must: false,
  *find({ files, options }) {
    for (const { desc, response } of files.operations) {
      const deletes = /^(Batch)?Delete(?![a-z])/.test(desc.name);
      if (isEmpty(response) && !deletes && !options.mayAnswerEmpty(desc.parent.typeName, desc.name)) {
        const message = `rpc ${desc.name} can never say more than google.protobuf.Empty. Define an empty ${desc.name}Response, which can grow.`;
        yield { place: atTypeName(response), message };
      }
    }
  },
};

export const metadataNotEmpty: Rule = {
  id: "LRO_METADATA_NOT_EMPTY",
  purpose: "Checks that the metadata is not google.protobuf.Empty.",
  type: RuleType.LINT,
  must: false,
  *find({ files }) {
    for (const { desc, metadata } of files.operations) {
      if (isEmpty(metadata)) {
        const message = `rpc ${desc.name} can never tell of its progress with google.protobuf.Empty. Define an empty ${desc.name}Metadata, which can grow.`;
        yield { place: atTypeName(metadata), message };
      }
    }
  },
};

function isEmpty({ desc }: TypeName): boolean {
  return desc?.typeName === EmptySchema.typeName;
}
