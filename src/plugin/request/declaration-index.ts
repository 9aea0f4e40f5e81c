import type { EncodedFile } from "./encoded-file.js";
import { visitDeclarations } from "./pruned-file.js";

/** Says which file of a request declares a type. */
export interface DeclarationIndex {
  /** Returns the file that declares the message or enum with a full name. */
  find(name: string): EncodedFile | undefined;
  /** Returns the full names of the messages that the extensions in a file extend. */
  extendees(file: EncodedFile): string[];
}

/** Creates an index that reads only the packages it is asked about. */
export function createDeclarationIndex(files: Iterable<EncodedFile>): DeclarationIndex {
  const unread = new Map<string, EncodedFile[]>();
  for (const file of files) {
    const siblings = unread.get(file.packageName);
    if (siblings === undefined) {
      unread.set(file.packageName, [file]);
    } else {
      siblings.push(file);
    }
  }
  const declaring = new Map<string, EncodedFile>();
  const extended = new Map<EncodedFile, string[]>();

  const read = (packageName: string): void => {
    const unreadFiles = unread.get(packageName) ?? [];
    unread.delete(packageName);
    for (const file of unreadFiles) {
      const extendees: string[] = [];
      visitDeclarations(file.encoded, packageName, {
        type: (name) => declaring.set(name, file),
        extendee: (name) => extendees.push(name),
      });
      extended.set(file, extendees);
    }
  };

  return {
    find(name) {
      for (let end = name.length; end > 0; end = name.lastIndexOf(".", end - 1)) {
        read(name.slice(0, end));
      }
      read("");
      return declaring.get(name);
    },
    extendees(file) {
      read(file.packageName);
      return extended.get(file) ?? [];
    },
  };
}
