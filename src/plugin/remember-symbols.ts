import type { AnyDesc } from "@bufbuild/protobuf";
import type { GeneratedFile, ImportSymbol } from "@bufbuild/protoplugin";

const schemas = new WeakMap<AnyDesc, ImportSymbol>();
const shapes = new WeakMap<AnyDesc, ImportSymbol>();

/**
 * Makes a file give one symbol for a descriptor, however often it is asked. protoplugin makes a new one each time, and
 * tells them apart by ids that are long: a good part of the time that printing takes.
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
