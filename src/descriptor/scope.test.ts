import { createFileRegistry, type DescFile, type DescService } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../test/compile.ts";
import { candidateNames, createTypeScope } from "./scope.ts";

const protos = {
  "library.proto": `
    syntax = "proto3";
    package acme.library.v1;
    import "acme.proto";
    import "shared.proto";
    service LibraryService {}
    service Catalog {}
    enum Genre { GENRE_UNSPECIFIED = 0; }
    enum Cover { COVER_UNSPECIFIED = 0; }
    message Report {}
    message Book {
      message Draft {
        message Page {}
      }
    }`,
  "shelf.proto": `
    syntax = "proto3";
    package acme.library.v1;
    message Shelf {}
    message Ledger {}
    message Crate {}
    message Register {}
    service Index {}
    service Roster {}`,
  "acme.proto": `
    syntax = "proto3";
    package acme;
    message Report {}
    message Ledger {}
    message Catalog {}
    message Cover {}
    service Index {}
    service Register {}`,
  "depot.proto": `
    syntax = "proto3";
    package acme;
    message Crate {}
    service Roster {}`,
  "shared.proto": `
    syntax = "proto3";
    package acme.shared.v1;
    import "deep.proto";
    message Shared {}`,
  "deep.proto": `
    syntax = "proto3";
    package acme.deep.v1;
    message Deep {}`,
  "bare.proto": `
    syntax = "proto3";
    service BareService {}
    message Bare {
      message Inner {}
    }`,
};

let files: readonly DescFile[];

beforeAll(async () => {
  files = [...createFileRegistry(await compile(protos)).files];
});

function serviceIn(file: string): DescService {
  return files.find(({ name }) => name === file)?.services[0] as DescService;
}

function find(name: string, file = "library"): string | undefined {
  return createTypeScope(files).find(name, serviceIn(file))?.toString();
}

describe("a name in a service", () => {
  it.each([
    ["is short", "Book", "message acme.library.v1.Book"],
    ["is nested", "Book.Draft", "message acme.library.v1.Book.Draft"],
    ["is nested twice", "Book.Draft.Page", "message acme.library.v1.Book.Draft.Page"],
    ["is relative to an outer package", "v1.Book", "message acme.library.v1.Book"],
    ["is relative to the outermost package", "library.v1.Book.Draft", "message acme.library.v1.Book.Draft"],
    ["is full", "acme.library.v1.Book", "message acme.library.v1.Book"],
    ["is full, with a leading dot", ".acme.library.v1.Book", "message acme.library.v1.Book"],
    ["is imported", "shared.v1.Shared", "message acme.shared.v1.Shared"],
    ["is imported by an import", "acme.deep.v1.Deep", "message acme.deep.v1.Deep"],
    ["is declared in the same package and not imported", "Shelf", "message acme.library.v1.Shelf"],
    ["is in no package and not imported", "Bare.Inner", "message Bare.Inner"],
    ["is the name of an enum", "Genre", "enum acme.library.v1.Genre"],
    ["is the name of a service", "LibraryService", "service acme.library.v1.LibraryService"],
  ])("is found if it %s", (_, name, found) => {
    expect(find(name)).toBe(found);
  });

  it("is found from a service without a package", () => {
    expect(find("Bare", "bare")).toBe("message Bare");
    expect(find(".Bare.Inner", "bare")).toBe("message Bare.Inner");
    expect(find("acme.Report", "bare")).toBe("message acme.Report");
  });

  it("is looked up from the innermost scope outwards", () => {
    expect(find("Report")).toBe("message acme.library.v1.Report");
    expect(find("acme.Report")).toBe("message acme.Report");
    expect(find("Cover")).toBe("enum acme.library.v1.Cover");
  });

  it("is looked up in imported files first", () => {
    expect(find("Ledger")).toBe("message acme.Ledger");
    expect(find("v1.Ledger")).toBe("message acme.library.v1.Ledger");
  });

  it("refers to a type in preference to a service", () => {
    expect(find("Catalog")).toBe("message acme.Catalog");
  });

  it("refers to a type that is not imported in preference to an imported service", () => {
    expect(find("Register")).toBe("message acme.library.v1.Register");
  });

  it("refers to an imported service in preference to other services", () => {
    expect(find("Index")).toBe("service acme.Index");
  });

  it.each([
    ["types", "Crate", "message acme.library.v1.Crate"],
    ["services", "Roster", "service acme.library.v1.Roster"],
  ])("refers to the innermost of several %s that are not imported", (_, name, found) => {
    expect(find(name)).toBe(found);
  });

  it.each(["Nothing", "Draft", "Page", ".Book", ".v1.Book", "shared.Shared", "acme", "book", ""])(
    "is not found: %j",
    (name) => {
      expect(find(name)).toBeUndefined();
    },
  );
});

describe("near names", () => {
  it("are messages with their shortest name", () => {
    const scope = createTypeScope(files);
    expect(scope.near("Bok", serviceIn("library"))).toEqual(["Book"]);
    expect(scope.near("Shard", serviceIn("library"))).toEqual(["acme.shared.v1.Shared"]);
    expect(scope.near("Genres", serviceIn("library"))).toEqual([]);
  });

  it("are full names if the message is in another package or the service has no package", () => {
    const scope = createTypeScope(files);
    expect(scope.near("Shelv", serviceIn("library"))).toEqual(["Shelf"]);
    expect(scope.near("Shelv", serviceIn("bare"))).toEqual(["acme.library.v1.Shelf"]);
  });
});

it("lists the full names that a name can refer to, innermost first", () => {
  expect([...candidateNames("B.C", "x.y.S")]).toEqual(["x.y.S.B.C", "x.y.B.C", "x.B.C", "B.C"]);
  expect([...candidateNames(".x.B", "x.y.S")]).toEqual(["x.B"]);
});
