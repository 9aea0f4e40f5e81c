import { readSync, writeSync } from "node:fs";

export const stdin = 0;
export const stdout = 1;
export const stderr = 2;

/**
 * Reads to the end of a file. Uses no stream, because loading streams would slow down the start.
 *
 * @param inspect Called with the bytes read so far after the first read, and whenever their number has doubled. If it
 *   throws, the rest is not read.
 */
export function readAll(fd: number, inspect: (start: Uint8Array) => void = () => {}): Uint8Array {
  // A resizable buffer grows in place. Copying a large request would double the memory of a run.
  const buffer = new ArrayBuffer(1 << 16, { maxByteLength: 2 ** 31 });
  let inspected = 0;
  for (let length = 0; ; ) {
    const count = retry(() => readSync(fd, new Uint8Array(buffer), { offset: length }));
    if (count === 0) {
      return new Uint8Array(buffer, 0, length);
    }
    length += count;
    if (length >= inspected * 2) {
      inspect(new Uint8Array(buffer, 0, length));
      inspected = length;
    }
    if (length === buffer.byteLength) {
      buffer.resize(Math.min(length * 2, buffer.maxByteLength));
    }
  }
}

/** Writes all data before returning. */
export function write(fd: number, data: string | Uint8Array): void {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  for (let offset = 0; offset < bytes.length; ) {
    offset += retry(() => writeSync(fd, bytes, offset));
  }
}

/** Retries a call on a pipe that the other process has made non-blocking. */
function retry(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") {
        return 0;
      }
      if (code !== "EAGAIN") {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
