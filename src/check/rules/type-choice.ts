import type { DescField } from "@bufbuild/protobuf";
import { AnySchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { operationType } from "../../descriptor/operation.ts";
import { atField, atMethod } from "../../descriptor/place.ts";
import { isUuid, requestIdOf } from "../../descriptor/request-id.ts";
import { RuleType } from "../../gen/buf/plugin/check/v1/check_pb.ts";
import { atTypeName } from "../operation-method.ts";
import type { Rule } from "../rule.ts";

export const responseSpecific: Rule = {
  id: "LRO_RESPONSE_SPECIFIC",
  purpose: "Checks that the response type is neither google.longrunning.Operation nor google.protobuf.Any.",
  type: RuleType.LINT,
  must: false,
  *find({ files }) {
    for (const { desc, response } of files.operations) {
      const { typeName = "" } = response.desc ?? {};
      if (typeName === operationType || typeName === AnySchema.typeName) {
        const message = `rpc ${desc.name} has the response type ${typeName}, which does not describe its result. Define a message for the result.`;
        yield { place: atTypeName(response), message };
      }
    }
  },
};

export const typesDistinct: Rule = {
  id: "LRO_TYPES_DISTINCT",
  purpose: "Checks that the response and the metadata are different messages.",
  type: RuleType.LINT,
  must: false,
  isHint: true,
  *find({ files }) {
    for (const { desc, response, metadata } of files.operations) {
      if (response.desc !== undefined && response.desc === metadata.desc) {
        const message = `rpc ${desc.name} has the type ${response.name} for both response and metadata. Define a message for the metadata, such as ${desc.name}Metadata.`;
        yield { place: atTypeName(metadata), message };
      }
    }
  },
};

export const metadataCreateTime: Rule = {
  id: "LRO_METADATA_CREATE_TIME",
  purpose: "Checks that the metadata contains the time at which the operation was created.",
  type: RuleType.LINT,
  must: false,
  isHint: true,
  readsFieldsWith: ["create_time"],
  *find({ files }) {
    for (const { desc, metadata } of files.operations) {
      if (metadata.desc?.kind === "message" && !metadata.desc.fields.some(isCreateTime)) {
        const message = `metadata ${metadata.name} of rpc ${desc.name} does not contain the time at which the operation was created. Add google.protobuf.Timestamp create_time.`;
        yield { place: atTypeName(metadata), message };
      }
    }
  },
};

export const requestIdAnnotated: Rule = {
  id: "LRO_REQUEST_ID_ANNOTATED",
  purpose: "Checks that the field request_id has the format UUID4 in google.api.field_info.",
  type: RuleType.LINT,
  must: false,
  *find({ files }) {
    for (const { desc } of files.operations) {
      const field = requestIdOf(desc.input);
      if (field && !isUuid(field)) {
        const message = `request_id of rpc ${desc.name} has no format. Add [(google.api.field_info).format = UUID4], so that clients fill it in.`;
        const isChecked = files.checked.includes(desc.input.file);
        yield { place: isChecked ? atField(field, desc.input) : atMethod(desc), message };
      }
    }
  },
};

function isCreateTime({ name, message }: DescField): boolean {
  return name === "create_time" && message?.typeName === TimestampSchema.typeName;
}
