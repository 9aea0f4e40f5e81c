// A page that calls a server of another origin: ?api=URL&protocol=connect&do=NAME
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { createOperationsClient } from "protoc-gen-ts-lro/client";
import { createLibraryServiceClient, LibraryServiceLro } from "../testdata/gen/acme/library/v1/library_lro.ts";

const query = new URLSearchParams(location.search);
const options = { baseUrl: query.get("api") ?? "", useBinaryFormat: true };
const transport =
  query.get("protocol") === "grpc-web" ? createGrpcWebTransport(options) : createConnectTransport(options);
const library = createLibraryServiceClient(transport);

/** Starts an operation, or resumes it after a reload. */
async function follow(): Promise<void> {
  const token = localStorage.getItem(location.search);
  const operation = token ? library.createBook.resume(token) : await library.createBook({ book: { title: "Emma" } });
  localStorage.setItem(location.search, operation.toToken());
  document.title = token ? "resumed" : "started";
  for await (const { metadata } of operation.updates()) {
    document.body.append(`${metadata?.progressPercent} `);
  }
  const book = await operation.wait();
  document.body.append(book.title);
}

/** Makes each kind of call on an operation. */
async function callAll(): Promise<unknown> {
  const operations = createOperationsClient(transport, { services: [LibraryServiceLro] });
  const cancelled = await library.createBook({ book: { title: "Persuasion" } });
  await cancelled.cancel();
  const done = await library.createBook({ book: { title: "Emma" } });
  const { title } = await done.wait();
  const updates: boolean[] = [];
  for await (const snapshot of library.createBook.resume(done.name).updates()) {
    updates.push(snapshot.done);
  }
  const { status } = await cancelled.outcome();
  await cancelled.delete();
  const names: string[] = [];
  for await (const operation of operations.list("operations")) {
    names.push(operation.name === done.name ? "done" : "another");
  }
  return { title, updates: updates.at(-1), status, names };
}

/** Waits for an operation on a server that rejects the preflight. */
async function waitRefused(): Promise<unknown> {
  const tooLate = new Promise((resolve) => setTimeout(resolve, 5_000, "too late"));
  return await Promise.race([tooLate, library.createBook.resume("operations/1").wait()]).catch(String);
}

const tasks: Record<string, () => Promise<unknown>> = {
  follow,
  callAll,
  waitRefused,
  startRefused: () => library.createBook({}).catch(String),
  cancelRefused: () => library.createBook.resume("operations/1").cancel().catch(String),
};
const result = await tasks[query.get("do") ?? ""]?.();
const output = document.createElement("output");
output.textContent = JSON.stringify(result ?? null);
document.body.append(output);
