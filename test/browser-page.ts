import { createConnectTransport } from "@connectrpc/connect-web";
import { createLibraryServiceClient } from "../testdata/gen/acme/library/v1/library_lro.ts";

// A page that starts an operation and resumes it after a reload.
const library = createLibraryServiceClient(createConnectTransport({ baseUrl: location.origin, useBinaryFormat: true }));
const token = localStorage.getItem("operation");
const operation = token ? library.createBook.resume(token) : await library.createBook({ book: { title: "Emma" } });
localStorage.setItem("operation", operation.toToken());
document.title = token ? "resumed" : "started";
for await (const { metadata } of operation.updates()) {
  document.body.append(`${metadata?.progressPercent} `);
}
const book = await operation.wait();
document.body.append(book.title);
