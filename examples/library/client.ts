/*
 * Creates, reads, and deletes a book: client.js URL
 *
 * One client has both plain and long-running methods.
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { createLibraryServiceClient } from "../gen/acme/library/v1/library_lro.js";

const [baseUrl = ""] = process.argv.slice(2);
const transport = createConnectTransport({ baseUrl, httpVersion: "2" });
const library = createLibraryServiceClient(transport, { polling: { initialDelayMs: 50 } });

const creation = await library.createBook({ parent: "publishers/acme", bookId: "emma", book: { title: "Emma" } });
for await (const { metadata } of creation.updates()) {
  console.log(`  printing: ${metadata?.progressPercent ?? 0}%`);
}
const { name } = await creation.wait();
const { title } = await library.getBook({ name });
console.log(`  created ${name}: ${title}`);

const deletion = await library.deleteBook({ name });
await deletion.wait({ timeoutMs: 10_000 });
try {
  await library.getBook({ name });
} catch (error) {
  if (ConnectError.from(error).code !== Code.NotFound) {
    throw error;
  }
  console.log(`  deleted ${name}`);
}
