import { createConnectTransport } from "@connectrpc/connect-node";
import { type BigDataExporterClient, createBigDataExporterClient } from "../gen/acme/export/v1/export_lro.js";

/** A client of the exporter that this URL leads to. */
export function connectExporter(baseUrl: string): BigDataExporterClient {
  // Exports are short here: the defaults are for work that takes minutes.
  const polling = { initialDelayMs: 50, maxDelayMs: 200 };
  return createBigDataExporterClient(createConnectTransport({ baseUrl, httpVersion: "2" }), { polling });
}
