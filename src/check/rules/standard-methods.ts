import type { DescMessage, DescService } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { RuleType } from "../../gen/buf/plugin/check/v1/check_pb.ts";
import { atTypeName } from "../operation-method.ts";
import type { Rule } from "../rule.ts";

export const standardResponse: Rule = {
  id: "LRO_STANDARD_RESPONSE",
  purpose: "Checks that Create and Update methods return their resource, and Delete methods the resource or Empty.",
  type: RuleType.LINT,
  must: true,
  *find({ files }) {
    for (const { desc, response } of files.operations) {
      const [, verb, noun] = /^(Create|Update|Delete)([A-Z]\w*)/.exec(desc.name) ?? [];
      const resource = noun === undefined ? undefined : files.scope.find(noun, desc.parent);
      // Only a method that is named after a message of its package counts as a standard method.
      const isStandard = resource?.kind === "message" && packageOf(resource) === packageOf(desc.parent);
      if (!isStandard || response.desc?.kind !== "message") {
        continue;
      }
      const expected = verb === "Delete" ? [EmptySchema.typeName, resource.typeName] : [resource.typeName];
      if (!expected.includes(response.desc.typeName)) {
        const message = `rpc ${desc.name} has the response type "${response.name}". Use ${expected.join(" or ")} for ${verb} methods.`;
        yield { place: atTypeName(response), message };
      }
    }
  },
};

function packageOf({ file }: DescMessage | DescService): string {
  return file.proto.package;
}
