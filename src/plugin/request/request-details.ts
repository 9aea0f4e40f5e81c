import { fromBinary } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  type SourceCodeInfo_Location,
  SourceCodeInfo_LocationSchema,
  SourceCodeInfoSchema,
} from "@bufbuild/protobuf/wkt";
import type { Place } from "../../descriptor/place.ts";
import { bytesOf, empty, findAllEncoded, findEncoded } from "../../descriptor/wire.ts";
import { visitMessages } from "./declarations.ts";
import type { EncodedFile } from "./encoded-file.ts";
import type { EncodedRequest } from "./encoded-request.ts";

/**
 * The parts of a request that only error messages need. They are read on demand, and only from the files that the
 * messages are about, because decoding them would take most of the time and memory of a run.
 */
export class RequestDetails {
  readonly #request: EncodedRequest;
  readonly #positions = new Map<string, ReadonlyMap<string, string>>();
  #messageNames: readonly string[] | undefined;

  constructor(request: EncodedRequest) {
    this.#request = request;
  }

  /** Returns the position of a place, or just the file name if the compiler provided no locations. */
  positionOf({ file: { proto }, paths }: Place): string {
    const [position = ""] = paths.flatMap((path) => this.#positionsIn(proto.name, path[0]).get(path.join()) ?? []);
    return proto.name + position;
  }

  /** The full names of all messages. */
  get messageNames(): readonly string[] {
    if (this.#messageNames === undefined) {
      const names: string[] = [];
      for (const file of this.#request.files.values()) {
        visitMessages(file, (name) => names.push(name));
      }
      this.#messageNames = names;
    }
    return this.#messageNames;
  }

  /**
   * Returns the lines and columns in a file, such as `:12:5`, by path. If a path has several, the first one counts.
   *
   * @param field The first number of the paths. Most locations in a file are those of messages.
   */
  #positionsIn(name: string, field: number | undefined): ReadonlyMap<string, string> {
    const key = `${name}:${field}`;
    const known = this.#positions.get(key) ?? new Map(readLocations(this.#request.files.get(name), field).map(toEntry));
    this.#positions.set(key, known);
    return known;
  }
}

/** Returns the locations with a path that starts with a field, the last one first. */
function readLocations(file: EncodedFile | undefined, field: number | undefined): SourceCodeInfo_Location[] {
  const encoded = file ? findEncoded(file.encoded, FileDescriptorProtoSchema.field.sourceCodeInfo.number) : empty;
  return findAllEncoded(encoded, SourceCodeInfoSchema.field.location.number)
    .filter((location) => {
      const { buffer, start } = findEncoded(location, SourceCodeInfo_LocationSchema.field.path.number);
      return buffer[start] === field;
    })
    .map((location) => fromBinary(SourceCodeInfo_LocationSchema, bytesOf(location)))
    .reverse();
}

function toEntry({ path, span: [line = 0, column = 0] }: SourceCodeInfo_Location): [string, string] {
  return [path.join(), `:${line + 1}:${column + 1}`];
}
