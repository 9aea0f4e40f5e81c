import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { RuleType } from "../../gen/buf/plugin/check/v1/check_pb.ts";
import { atTypeName, type TypeName } from "../operation-method.ts";
import type { Rule } from "../rule.ts";

export const responseNotEmpty: Rule = {
  id: "LRO_RESPONSE_NOT_EMPTY",
  purpose: "Checks that only Delete methods have the response type google.protobuf.Empty.",
  type: RuleType.LINT,
  must: false,
  *find({ files, options }) {
    for (const { desc, response } of files.operations) {
      const deletes = /^(Batch)?Delete(?![a-z])/.test(desc.name);
      if (isEmpty(response) && !deletes && !options.mayReturnEmpty(desc.parent.typeName, desc.name)) {
        const message = `rpc ${desc.name} returns google.protobuf.Empty, which cannot gain fields. Define an empty ${desc.name}Response instead.`;
        yield { place: atTypeName(response), message };
      }
    }
  },
};

export const metadataNotEmpty: Rule = {
  id: "LRO_METADATA_NOT_EMPTY",
  purpose: "Checks that the metadata type is not google.protobuf.Empty.",
  type: RuleType.LINT,
  must: false,
  *find({ files }) {
    for (const { desc, metadata } of files.operations) {
      if (isEmpty(metadata)) {
        const message = `rpc ${desc.name} has the metadata type google.protobuf.Empty, which cannot gain fields. Define an empty ${desc.name}Metadata instead.`;
        yield { place: atTypeName(metadata), message };
      }
    }
  },
};

function isEmpty({ desc }: TypeName): boolean {
  return desc?.typeName === EmptySchema.typeName;
}
