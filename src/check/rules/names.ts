import { atMethod } from "../../descriptor/place.ts";
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
    const isLongRunning = new Set(files.operations.map(({ desc }) => desc));
    for (const file of files.checked) {
      const services = file.services
        .map((desc) => ({ desc, methods: desc.methods.filter((method) => isLongRunning.has(method)) }))
        .filter(({ methods }) => methods.length > 0)
        .map(({ desc, methods }) => ({ desc, methods: methods.map((method) => ({ desc: method })) }));
      yield* findSameNames(services);
    }
  },
};
