// Waits for an operation that is polled every hour. The process may exit before the next poll.
import { createRouterTransport } from "@connectrpc/connect";
import { createLibraryServiceClient } from "../testdata/gen/acme/library/v1/library_lro.ts";
import { LibraryService } from "../testdata/gen/acme/library/v1/library_pb.ts";

const transport = createRouterTransport(({ service }) => {
  service(LibraryService, { createBook: () => ({ name: "operations/1" }) });
});
const polling = { longPollMs: 0, initialDelayMs: 3_600_000, maxDelayMs: 3_600_000, unref: true };
const operation = await createLibraryServiceClient(transport, { polling }).createBook({});
void operation.wait({ timeoutMs: 7_200_000 });
console.log("waiting");
