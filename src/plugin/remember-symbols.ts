import type { AnyDesc } from "@bufbuild/protobuf";
import type { GeneratedFile, ImportSymbol } from "@bufbuild/protoplugin";

const schemas = new WeakMap<AnyDesc, ImportSymbol>();
const shapes = new WeakMap<AnyDesc, ImportSymbol>();

/**
 * Caches the import symbols of a file by descriptor. protoplugin creates a new symbol with a long id for each import.
 * Comparing these ids would take a large part of the printing time.
 */
export function rememberSymbols(f: GeneratedFile): GeneratedFile {
  return {
    ...f,
    importSchema: (desc, typeOnly = false) => {
      const symbol = remember(schemas, desc, () => f.importSchema(desc));
      return typeOnly ? symbol.toTypeOnly() : symbol;
    },
    importShape: (desc) => remember(shapes, desc, () => f.importShape(desc)),
  };
}

function remember(symbols: WeakMap<AnyDesc, ImportSymbol>, desc: AnyDesc, create: () => ImportSymbol): ImportSymbol {
  const symbol = symbols.get(desc) ?? create();
  symbols.set(desc, symbol);
  return symbol;
}
