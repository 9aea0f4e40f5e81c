import { createFileRegistry, type DescService } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { compile } from "../../test/compile.ts";
import { nameService } from "./names.ts";

describe("the names of a service's declarations", () => {
  it("contain the names of the service and of the method", async () => {
    const [service] = await readServices("service Library { rpc CreateBook(M) returns (M); }");
    expect(service?.nameOf("create$ServiceClient")).toBe("createLibraryClient");
    expect(service?.methods.map(({ nameOf }) => nameOf("unpack$Service_$Method"))).toEqual([
      "unpackLibrary_CreateBook",
    ]);
  });

  it("start the names of services and methods with a capital letter", async () => {
    const [service] = await readServices("service library { rpc create_book(M) returns (M); }");
    expect(service?.nameOf("$ServiceClient")).toBe("LibraryClient");
    expect(service?.methods.map(({ nameOf }) => nameOf("unpack$Service_$Method"))).toEqual([
      "unpackLibrary_Create_book",
    ]);
  });

  it("do not depend on other declarations in the file", async () => {
    const service = "service Library { rpc Create(M) returns (M); }";
    const other = "service Shop { rpc Create(M) returns (M); }";
    const names = async (services: string): Promise<string[] | undefined> =>
      (await readServices(services))
        .find(({ desc }) => desc.name === "Library")
        ?.methods.map(({ nameOf }) => nameOf("unpack$Service_$Method"));
    expect(await names(service + other)).toEqual(await names(service));
  });
});

async function readServices(services: string): Promise<ReturnType<typeof nameService>[]> {
  const registry = createFileRegistry(await compile({ "a.proto": `syntax = "proto3"; message M {} ${services}` }));
  const message = registry.getMessage("M");
  if (message === undefined) {
    throw new Error("M is missing");
  }
  return [...registry]
    .filter((desc): desc is DescService => desc.kind === "service")
    .map((desc) =>
      nameService({
        desc,
        methods: desc.methods.map((method) => ({ desc: method, response: message, metadata: message })),
      }),
    );
}
