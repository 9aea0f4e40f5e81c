import { expect, test } from "vitest";
import { LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { LibraryService } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { fullName, lroService } from "./lro-service.ts";

const { response, metadata } = LibraryServiceLro.methods.createBook;

test("a method table has the descriptors of the service", () => {
  const { methods } = lroService<typeof LibraryServiceLro>(LibraryService, LibraryServiceLro);
  expect(methods.createBook).toMatchObject({ rpc: LibraryService.method.createBook, response, metadata });
  expect(methods.createBook.request).toBe(LibraryService.method.createBook.input);
  expect(fullName(methods.createBook.rpc)).toBe("acme.library.v1.LibraryService.CreateBook");
});

test("a method that the service does not have is rejected with the fix", () => {
  const init = { methods: { printBook: { response, metadata } } };
  expect(() => lroService(LibraryService, init as never)).toThrow(
    'acme.library.v1.LibraryService has no rpc "printBook": generate all code from the same proto',
  );
});
