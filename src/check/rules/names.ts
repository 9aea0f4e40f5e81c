import { atMethod, atService } from "../../descriptor/place.ts";
import { findSameLocalNames, findSameNames } from "../../descriptor/same-names.ts";
import { RuleType } from "../../gen/buf/plugin/check/v1/check_pb.ts";
import type { Rule } from "../rule.ts";

export const namesDistinct: Rule = {
  id: "LRO_NAMES_DISTINCT",
  purpose: "Checks that services and long-running methods of a file get different names in generated code.",
  type: RuleType.LINT,
  must: true,
  *find({ files }) {
    for (const { desc } of files.operations) {
      for (const other of findSameLocalNames(desc)) {
        const message = `rpc ${desc.name} maps to ${desc.localName} in TypeScript, as does rpc ${other.name}. Rename one of them.`;
        yield { place: atMethod(desc), message };
      }
    }
    const byFile = Map.groupBy(files.operations, ({ desc }) => desc.parent.file);
    for (const operations of byFile.values()) {
      const services = Array.from(
        Map.groupBy(operations, ({ desc }) => desc.parent),
        ([desc, methods]) => ({ desc, methods }),
      );
      for (const { name, desc, other } of findSameNames(services)) {
        const message = `${desc} maps to ${name} in TypeScript, as does ${other}. Rename one of them.`;
        yield { place: desc.kind === "service" ? atService(desc) : atMethod(desc), message };
      }
    }
  },
};
