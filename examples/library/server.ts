import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { implementLibraryService, LibraryServiceLro } from "../gen/acme/library/v1/library_lro.js";
import { LibraryService } from "../gen/acme/library/v1/library_pb.js";
import { Jobs } from "../jobs.js";
import { listen } from "../listen.js";

const { createBook, deleteBook } = LibraryServiceLro.methods;
const titles = new Map<string, string>();
const jobs = new Jobs();

listen((router) => {
  jobs.serve(router);
  router.service(
    LibraryService,
    implementLibraryService({
      getBook: ({ name }) => ({ name, title: titleOf(name) }),

      createBook: ({ parent, bookId, book }) =>
        jobs.start(createBook, parent, async ({ signal, report }) => {
          for (let progressPercent = 0; progressPercent <= 100; progressPercent += 25) {
            report({ progressPercent });
            await sleep(50, undefined, { signal });
          }
          const name = `${parent}/books/${bookId}`;
          const title = book?.title ?? "";
          titles.set(name, title);
          return { name, title };
        }),

      deleteBook({ name }) {
        // Check the name first: if the book does not exist, the call fails and no operation starts.
        titleOf(name);
        return jobs.start(deleteBook, name, async () => {
          titles.delete(name);
          return {};
        });
      },
    }),
  );
});

function titleOf(name: string): string {
  const title = titles.get(name);
  if (title === undefined) {
    throw new ConnectError(`book ${name} not found`, Code.NotFound);
  }
  return title;
}
