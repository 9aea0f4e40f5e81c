import { createConnectTransport } from "@connectrpc/connect-node";
import { type BigDataExporterClient, createBigDataExporterClient } from "../gen/acme/export/v1/export_lro.js";

/** Creates a client for the exporter at a URL. */
export function connectExporter(baseUrl: string): BigDataExporterClient {
  // These exports take seconds; the default delays are meant for operations that take minutes.
  const polling = { initialDelayMs: 50, maxDelayMs: 200 };
  return createBigDataExporterClient(createConnectTransport({ baseUrl, httpVersion: "2" }), { polling });
}
