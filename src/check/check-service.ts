import type { MessageInitShape } from "@bufbuild/protobuf";
import type { CheckService } from "../gen/buf/plugin/check/v1/check_pb.js";
import type { FileLocationSchema } from "../gen/buf/plugin/descriptor/v1/descriptor_pb.js";
import type { ReadYaml } from "../plugin/service-yaml.js";
import { type FileSet, readFileSet } from "./file-set.js";
import { readOptions } from "./options.js";
import type { Place } from "./place.js";
import type { ServiceImpl } from "./pluginrpc.js";
import type { Rule } from "./rule.js";
import { rules } from "./rules/index.js";

const all = "LRO";
const must = "LRO_MUST";

/** The service that buf calls. */
export function createCheckService(readYaml: ReadYaml): ServiceImpl<typeof CheckService> {
  return {
    listCategories: () => ({
      categories: [
        { id: all, purpose: "Checks all that AIP-151 says of long-running operations." },
        { id: must, purpose: "Checks what long-running operations must be by AIP-151, and not what they should be." },
      ],
    }),
    listRules: () => ({
      rules: rules.map((rule) => ({
        id: rule.id,
        categoryIds: rule.must ? [all, must] : [all],
        default: true,
        purpose: rule.purpose,
        type: rule.type,
      })),
    }),
    check({ fileDescriptors, againstFileDescriptors, options, ruleIds }) {
      if (fileDescriptors.length === 0) {
        throw new Error("the request holds no files to check.");
      }
      const files = readFileSet(fileDescriptors);
      const against = readFileSet(againstFileDescriptors);
      const run = { files, against, options: readOptions(options, readYaml) };
      const isWanted = ({ id }: Rule): boolean => ruleIds.length === 0 || ruleIds.includes(id);
      return {
        annotations: rules.filter(isWanted).flatMap((rule) =>
          Array.from(rule.find(run), (finding) => ({
            ruleId: rule.id,
            message: finding.message,
            fileLocation: locate(files, finding.place),
            againstFileLocation: finding.against && locate(against, finding.against),
          })),
        ),
      };
    },
  };
}

function locate(files: FileSet, place: Place): MessageInitShape<typeof FileLocationSchema> {
  return { fileName: place.file.proto.name, sourcePath: files.locate(place) };
}
