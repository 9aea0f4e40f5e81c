import { toBinary } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import {
  type CodeGeneratorResponse,
  type CodeGeneratorResponse_File,
  CodeGeneratorResponse_FileSchema,
  CodeGeneratorResponseSchema,
} from "@bufbuild/protobuf/wkt";
import { encodeVarint } from "../descriptor/prune.ts";

const { name, content } = CodeGeneratorResponse_FileSchema.field;
const { file } = CodeGeneratorResponseSchema.field;

/**
 * Writes an encoded response in parts. Encoding all of it, or each file on its own, would take several times the memory
 * of the generated code; the parts share one buffer.
 *
 * @param write Writes bytes before it returns.
 */
export function writeResponse(response: CodeGeneratorResponse, write: (bytes: Uint8Array) => void): void {
  write(toBinary(CodeGeneratorResponseSchema, { ...response, file: [] }));
  let part = Buffer.allocUnsafe(1 << 18);
  let length = 0;
  for (const generated of response.file) {
    const header = encodeHeader(generated);
    const size = header.length + Buffer.byteLength(generated.content);
    if (length + size > part.length) {
      write(part.subarray(0, length));
      length = 0;
      part = size > part.length ? Buffer.allocUnsafe(size) : part;
    }
    part.set(header, length);
    part.write(generated.content, length + header.length);
    length += size;
  }
  write(part.subarray(0, length));
}

/** Encodes everything of a file that precedes its content. */
function encodeHeader(generated: CodeGeneratorResponse_File): Uint8Array {
  const text = Buffer.from(generated.name);
  const inFile = Buffer.concat([
    encodeTag(name.number),
    encodeVarint(text.length),
    text,
    encodeTag(content.number),
    encodeVarint(Buffer.byteLength(generated.content)),
  ]);
  const size = inFile.length + Buffer.byteLength(generated.content);
  return Buffer.concat([encodeTag(file.number), encodeVarint(size), inFile]);
}

function encodeTag(number: number): Uint8Array {
  return encodeVarint(number * 8 + WireType.LengthDelimited);
}
