import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readAll, stderr, stdin, stdout, write } from "./stdio.ts";

vi.mock("node:fs", { spy: true });

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "stdio-"));
  path = join(directory, "file");
});
afterEach(() => {
  vi.resetAllMocks();
  rmSync(directory, { recursive: true });
});

test("the descriptors are the standard ones", () => {
  expect([stdin, stdout, stderr]).toEqual([0, 1, 2]);
});

describe("reading", () => {
  test.each([0, 1, 2 ** 16 - 1, 2 ** 16, 2 ** 16 + 1, 2 ** 18 + 7])("returns all of %i bytes", (length) => {
    const content = Uint8Array.from({ length }, (_, i) => i % 251);
    writeFileSync(path, content);
    expect(Buffer.compare(readPath(), content)).toBe(0);
  });

  test("passes on the first bytes, and again each time that their number has doubled", () => {
    writeFileSync(path, new Uint8Array(2 ** 18 + 7));
    const lengths: number[] = [];
    const fd = openSync(path, "r");
    readAll(fd, (start) => lengths.push(start.length));
    closeSync(fd);
    expect(lengths).toEqual([2 ** 16, 2 ** 17, 2 ** 18]);
  });

  test("ends if the first bytes are rejected", () => {
    writeFileSync(path, new Uint8Array(2 ** 18));
    const fd = openSync(path, "r");
    const refuse = (): never => fail("ERR_REFUSED");
    expect(() => readAll(fd, refuse)).toThrow("ERR_REFUSED");
    expect(vi.mocked(readSync)).toHaveBeenCalledTimes(1);
    closeSync(fd);
  });

  test("returns data that arrives in pieces and waits if none is available yet", () => {
    writeFileSync(path, "in pieces");
    const { readSync: read } = realFs;
    vi.mocked(readSync)
      .mockImplementationOnce((fd, buffer) => read(fd, buffer, { length: 4 }))
      .mockImplementationOnce(() => fail("EAGAIN"));
    expect(String(Buffer.from(readPath()))).toBe("in pieces");
  });

  test("treats the EOF error of Windows as the end of a pipe", () => {
    vi.mocked(readSync).mockImplementationOnce(() => fail("EOF"));
    writeFileSync(path, "left");
    expect(readPath()).toHaveLength(0);
  });

  test("throws the error of the system", () => {
    vi.mocked(readSync).mockImplementationOnce(() => fail("EISDIR"));
    writeFileSync(path, "");
    expect(readPath).toThrow("EISDIR");
  });

  function readPath(): Uint8Array {
    return withFile("r", readAll);
  }
});

describe("writing", () => {
  test.each([
    ["text, as UTF-8", "größer", Buffer.from("größer")],
    ["bytes", Uint8Array.of(0, 255), Buffer.from([0, 255])],
    ["nothing", "", Buffer.from("")],
  ])("writes %s", (_, data, written) => {
    withFile("w", (fd) => write(fd, data));
    expect(readFileSync(path)).toEqual(written);
  });

  test("continues after a partial write and waits if the system accepts no data", () => {
    const { writeSync: writeSome } = realFs;
    vi.mocked(writeSync)
      .mockImplementationOnce((fd, data) => writeSome(fd, Buffer.from(data as string).subarray(0, 4)))
      .mockImplementationOnce(() => fail("EAGAIN"));
    withFile("w", (fd) => write(fd, "größer"));
    expect(readFileSync(path, "utf8")).toBe("größer");
  });

  test("throws the error of the system", () => {
    vi.mocked(writeSync).mockImplementationOnce(() => fail("EPIPE"));
    expect(() => withFile("w", (fd) => write(fd, "text"))).toThrow("EPIPE");
  });
});

const realFs = await vi.importActual<typeof import("node:fs")>("node:fs");

function fail(code: string): never {
  throw Object.assign(new Error(code), { code });
}

function withFile<T>(flags: string, use: (fd: number) => T): T {
  const fd = openSync(path, flags);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}
