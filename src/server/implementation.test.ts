import { Code, createRouterTransport } from "@connectrpc/connect";
import { expect, test } from "vitest";
import {
  createLibraryServiceClient,
  implementLibraryService,
  type LibraryServiceClient,
  type LibraryServiceImpl,
} from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { LibraryService } from "../../testdata/gen/acme/library/v1/library_pb.ts";

function libraryOf(impl: Partial<LibraryServiceImpl>): LibraryServiceClient {
  const transport = createRouterTransport(({ service }) => service(LibraryService, implementLibraryService(impl)));
  return createLibraryServiceClient(transport);
}

test("packs the operations of long-running methods and leaves other methods unchanged", async () => {
  const library = libraryOf({
    createBook: () => ({ metadata: { progressPercent: 100 }, response: { title: "Emma" } }),
    getBook: () => ({ title: "Persuasion" }),
  });
  const op = await library.createBook({});
  expect(op.metadata?.progressPercent).toBe(100);
  expect((await op.wait()).title).toBe("Emma");
  expect((await library.getBook({})).title).toBe("Persuasion");
});

test("accepts an instance of a class", async () => {
  class Library implements Partial<LibraryServiceImpl> {
    readonly title = "Emma";
    createBook() {
      return { response: { title: this.title } };
    }
    getBook() {
      return { title: this.title };
    }
  }
  const library = libraryOf(new Library());
  expect((await (await library.createBook({})).wait()).title).toBe("Emma");
  expect((await library.getBook({})).title).toBe("Emma");
});

test("leaves omitted methods unimplemented, like Connect", async () => {
  const library = libraryOf({});
  await expect(library.createBook({})).rejects.toMatchObject({ code: Code.Unimplemented });
  await expect(library.getBook({})).rejects.toMatchObject({ code: Code.Unimplemented });
});
