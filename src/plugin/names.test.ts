import { createFileRegistry } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { compile } from "../../test/compile.ts";
import { type Declarations, nameServices } from "./names.ts";

const declarations: Declarations = { service: ["$ServiceClient", "$ServiceLro"], method: ["unpack$Method"] };

describe("the names of a file's declarations", () => {
  it("hold the names of the service, and of the method", async () => {
    expect(await names({ Library: ["CreateBook", "archive_book"] })).toEqual([
      "LibraryClient",
      "LibraryLro",
      "unpackCreateBook",
      "unpackArchive_book",
    ]);
  });

  it("hold the service's in front of the method's where two services share the method's", async () => {
    expect(await names({ Library: ["Create", "Print"], Shop: ["create", "Sell"] })).toEqual([
      "LibraryClient",
      "LibraryLro",
      "unpackLibraryCreate",
      "unpackPrint",
      "ShopClient",
      "ShopLro",
      "unpackShopCreate",
      "unpackSell",
    ]);
  });

  it("are salted where that is not enough", async () => {
    // Both become ABC: A with BC, and AB with C. So does the method ABC of D.
    const services = { A: ["BC"], AB: ["C"], D: ["BC", "C", "ABC"] };
    const unpack = (await names(services)).filter((name) => name.startsWith("unpack"));
    expect(unpack).toEqual(["unpackABC", "unpackABC$", "unpackDBC", "unpackDC", "unpackABC$1"]);
  });

  it("prefer services to methods", async () => {
    const pattern: Declarations = { service: ["unpack$Service"], method: ["unpack$Method"] };
    expect(await names({ First: ["Second"], Second: ["First"] }, pattern)).toEqual([
      "unpackFirst",
      "unpackSecond$",
      "unpackSecond",
      "unpackFirst$",
    ]);
  });
});

/** Names the declarations of services with some methods, in order. */
async function names(methodsByService: Record<string, string[]>, templates = declarations): Promise<string[]> {
  const services = Object.entries(methodsByService).map(
    ([service, methods]) => `service ${service} { ${methods.map((name) => `rpc ${name}(M) returns (M);`).join(" ")} }`,
  );
  const set = await compile({ "a.proto": `syntax = "proto3"; message M {} ${services.join(" ")}` });
  const registry = createFileRegistry(set);
  const message = registry.getMessage("M");
  if (message === undefined) {
    throw new Error("M is missing");
  }
  const resolved = [...registry]
    .flatMap((desc) => (desc.kind === "service" ? desc : []))
    .map((desc) => ({
      desc,
      methods: desc.methods.map((method) => ({ desc: method, response: message, metadata: message })),
    }));
  return nameServices(resolved, templates).flatMap((service) => [
    ...templates.service.map(service.nameOf),
    ...service.methods.flatMap((method) => templates.method.map(method.nameOf)),
  ]);
}
