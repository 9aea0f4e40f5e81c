// Reads a request from stdin and prints the number of google.longrunning.operation_info options in it: the minimum work
// of a plugin that looks at all methods.
const { readSync } = require("node:fs");
const { BinaryReader } = require("@bufbuild/protobuf/wire");

// The path of field numbers to the option: request, file, service, method, options, operation_info.
const path = [15, 6, 2, 4, 1049];

console.log(count(new BinaryReader(readStdin()), 0));

function count(reader, depth, end = reader.len) {
  let found = 0;
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    if (number !== path[depth]) {
      reader.skip(wireType, number);
    } else if (depth === path.length - 1) {
      reader.skip(wireType, number);
      found++;
    } else {
      const length = reader.uint32();
      found += count(reader, depth + 1, reader.pos + length);
    }
  }
  return found;
}

function readStdin() {
  let bytes = Buffer.allocUnsafe(1 << 20);
  let length = 0;
  for (;;) {
    const read = readSync(0, bytes, length, bytes.length - length, null);
    if (read === 0) {
      return bytes.subarray(0, length);
    }
    length += read;
    if (length === bytes.length) {
      bytes = Buffer.concat([bytes, Buffer.allocUnsafe(length)]);
    }
  }
}
