/*
 * A React page that prints a book: it starts an operation, shows its progress, and resumes it after a reload.
 */
import { createConnectTransport } from "@connectrpc/connect-web";
import { QueryClient, QueryClientProvider, useMutation, useQuery } from "@tanstack/react-query";
import type { Operation } from "protoc-gen-ts-lro/client";
import { operationMutationOptions, operationQueryOptions } from "protoc-gen-ts-lro/tanstack-query";
import { type ReactNode, useState } from "react";
import { createRoot } from "react-dom/client";
import { createPressServiceClient } from "../testdata/gen/acme/press/v1/press_lro.ts";
import type { PrintBookMetadata, PrintBookResponse } from "../testdata/gen/acme/press/v1/press_pb.ts";

const press = createPressServiceClient(createConnectTransport({ baseUrl: location.origin, useBinaryFormat: true }));
const token = localStorage.getItem("operation");

function Press(): ReactNode {
  const [operation, setOperation] = useState<Operation<PrintBookResponse, PrintBookMetadata> | undefined>(
    token ? press.printBook.resume(token) : undefined,
  );
  const print = useMutation(
    operationMutationOptions(press.printBook, {
      onStart(started) {
        localStorage.setItem("operation", started.toToken());
        setOperation(started);
      },
    }),
  );
  const { data, error, fetchStatus } = useQuery(operationQueryOptions(operation));
  return (
    <main>
      <button type="button" disabled={print.isPending} onClick={() => print.mutate({ title: "Emma" })}>
        Print
      </button>
      <button type="button" onClick={() => operation?.cancel()}>
        Cancel
      </button>
      <output>{`query: ${fetchStatus} ${data?.progress ?? "unknown"} % ${data?.response?.title ?? ""}`}</output>
      <output>{`mutation: ${print.status} ${print.data?.title ?? print.error?.name ?? ""}`}</output>
      <output>{error?.message}</output>
    </main>
  );
}

createRoot(document.body).render(
  <QueryClientProvider client={new QueryClient()}>
    <Press />
  </QueryClientProvider>,
);
