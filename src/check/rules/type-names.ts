import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import { didYouMean } from "../../descriptor/near-names.ts";
import { importClosure } from "../../descriptor/scope.ts";
import { RuleType } from "../../gen/buf/plugin/check/v1/check_pb.ts";
import type { FileSet } from "../file-set.ts";
import { atTypeName, type TypeName } from "../operation-method.ts";
import type { Rule } from "../rule.ts";

export const typesResolve: Rule = {
  id: "LRO_TYPES_RESOLVE",
  purpose: "Checks that response_type and metadata_type refer to messages.",
  type: RuleType.LINT,
  must: true,
  *find({ files }) {
    for (const typeName of typeNames(files)) {
      const { method, name, desc } = typeName;
      if (name !== "" && desc?.kind !== "message") {
        const problem = desc
          ? `is the ${desc.toString()}, not a message. Use a message type.`
          : `not found.${didYouMean(files.scope.near(name, method.parent)) || " Define it, or import the file that declares it."}`;
        yield { place: atTypeName(typeName), message: `${describe(typeName)} ${problem}` };
      }
    }
  },
};

export const typesQualified: Rule = {
  id: "LRO_TYPES_QUALIFIED",
  purpose: "Checks that types of other packages are written with their full names.",
  type: RuleType.LINT,
  must: true,
  *find({ files }) {
    for (const typeName of messageNames(files)) {
      const { method, name, desc } = typeName;
      const isForeign = desc.file.proto.package !== method.parent.file.proto.package;
      if (isForeign && name.replace(/^\./, "") !== desc.typeName) {
        const message = `${describe(typeName)} is declared in another package. Use its full name, "${desc.typeName}".`;
        yield { place: atTypeName(typeName), message };
      }
    }
  },
};

export const typesImported: Rule = {
  id: "LRO_TYPES_IMPORTED",
  purpose: "Checks that the file imports the types in operation_info directly or indirectly.",
  type: RuleType.LINT,
  must: true,
  *find({ files }) {
    for (const typeName of messageNames(files)) {
      const { method, desc } = typeName;
      if (!importClosure(method.parent.file).has(desc.file)) {
        const message = `${describe(typeName)} is declared in a file that is not imported. Import "${desc.file.proto.name}".`;
        yield { place: atTypeName(typeName), message };
      }
    }
  },
};

export const typesImportedDirectly: Rule = {
  id: "LRO_TYPES_IMPORTED_DIRECTLY",
  purpose: "Checks that the file imports the types in operation_info directly.",
  type: RuleType.LINT,
  must: false,
  *find({ files }) {
    for (const typeName of messageNames(files)) {
      const { file } = typeName.method.parent;
      const target = typeName.desc.file;
      if (importClosure(file).has(target) && !directImports(file).has(target)) {
        const message = `${describe(typeName)} is imported only indirectly. Import "${target.proto.name}".`;
        yield { place: atTypeName(typeName), message };
      }
    }
  },
};

function typeNames({ operations }: FileSet): TypeName[] {
  return operations.flatMap(({ response, metadata }) => [response, metadata]);
}

function messageNames(files: FileSet): (TypeName & { readonly desc: DescMessage })[] {
  return typeNames(files).flatMap((typeName) =>
    typeName.desc?.kind === "message" ? { ...typeName, desc: typeName.desc } : [],
  );
}

/** Returns a file, its imports, and the files that those import publicly. */
function directImports(file: DescFile): Set<DescFile> {
  const imports = new Set([file, ...file.dependencies]);
  for (const { dependencies, proto } of imports) {
    for (const index of proto.publicDependency) {
      imports.add(dependencies[index] as DescFile);
    }
  }
  return imports;
}

function describe({ method, field, name }: TypeName): string {
  return `${field.name} "${name}" of rpc ${method.name}`;
}
