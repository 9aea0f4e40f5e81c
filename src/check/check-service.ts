import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Place } from "../descriptor/place.ts";
import type { ReadServiceYaml } from "../descriptor/service-yaml/service-yaml.ts";
import type { CheckService } from "../gen/buf/plugin/check/v1/check_pb.ts";
import type { FileLocationSchema } from "../gen/buf/plugin/descriptor/v1/descriptor_pb.ts";
import { type FileSet, readFileSet } from "./file-set.ts";
import { readOptions } from "./options.ts";
import type { ServiceImpl } from "./pluginrpc.ts";
import { rules } from "./rules/index.ts";

const all = "LRO";
const must = "LRO_MUST";
const hint = "LRO_HINT";

export function createCheckService(readServiceYaml: ReadServiceYaml): ServiceImpl<typeof CheckService> {
  return {
    listCategories: () => ({
      categories: [
        { id: all, purpose: "Checks all rules of AIP-151 for long-running operations." },
        { id: must, purpose: 'Checks the rules that AIP-151 states with "must", but not those with "should".' },
        { id: hint, purpose: "Checks the rules that are off by default, because good APIs break them, too." },
      ],
    }),
    listRules: () => ({
      rules: rules.map((rule) => ({
        id: rule.id,
        categoryIds: rule.isHint ? [hint] : rule.must ? [all, must] : [all],
        default: !rule.isHint,
        purpose: rule.purpose,
        type: rule.type,
      })),
    }),
    check({ fileDescriptors, againstFileDescriptors, options, ruleIds }) {
      if (fileDescriptors.length === 0) {
        throw new Error("the request contains no files to check. Run this plugin through buf lint or buf breaking.");
      }
      const wanted = rules.filter(({ id, isHint }) => (ruleIds.length === 0 ? !isHint : ruleIds.includes(id)));
      const fields = new Set(wanted.flatMap(({ readsFieldsWith = [] }) => readsFieldsWith));
      const files = readFileSet(fileDescriptors, fields);
      const against = readFileSet(againstFileDescriptors, fields);
      const run = { files, against, options: readOptions(options, readServiceYaml) };
      return {
        annotations: wanted.flatMap((rule) =>
          Array.from(rule.find(run), (finding) => ({
            ruleId: rule.id,
            message: finding.message,
            fileLocation: finding.place && locate(files, finding.place),
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
