import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import type { InitOf } from "protoc-gen-ts-lro/server";
import { BigDataExporterLro, implementBigDataExporter } from "../gen/acme/export/v1/export_lro.js";
import {
  BigDataExporter,
  type ExportMetadata,
  type ExportResult,
  type StartExportRequest,
} from "../gen/acme/export/v1/export_pb.js";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.js";
import { type JobContext, Jobs } from "../jobs.js";
import { listen } from "../listen.js";

const tables = new Map([
  ["projects/acme/tables/books", { rows: 12_000, isPrivate: false }],
  ["projects/acme/tables/orders", { rows: 150_000, isPrivate: false }],
  ["projects/acme/tables/salaries", { rows: 300, isPrivate: true }],
]);
const jobs = new Jobs();

listen((router) => {
  jobs.serve(router);
  router.service(
    BigDataExporter,
    implementBigDataExporter({
      startExport(request) {
        const { sourceTable } = request;
        if (!tables.has(sourceTable)) {
          throw new ConnectError(`table ${sourceTable} not found`, Code.NotFound);
        }
        const project = sourceTable.slice(0, sourceTable.indexOf("/tables/"));
        return jobs.start(BigDataExporterLro.methods.startExport, project, (job) => exportTable(request, job));
      },
    }),
  );
});

async function exportTable(
  { sourceTable, destinationUri }: StartExportRequest,
  job: JobContext<ExportMetadata>,
): Promise<InitOf<ExportResult>> {
  const { rows = 0, isPrivate } = tables.get(sourceTable) ?? {};
  if (isPrivate) {
    const info = { reason: "TABLE_IS_PRIVATE", domain: "export.acme.example", metadata: { table: sourceTable } };
    const details = [{ desc: ErrorInfoSchema, value: info }];
    throw new ConnectError(`Permission denied on ${sourceTable}`, Code.PermissionDenied, undefined, details);
  }
  let exported = 0;
  while (exported < rows) {
    await sleep(50, undefined, { signal: job.signal });
    exported = Math.min(exported + 750, rows);
    job.report({ progressPercent: Math.floor((100 * exported) / rows), numRowsExported: BigInt(exported) });
  }
  return { exportedUri: `${destinationUri}.csv`, numRowsExported: BigInt(exported) };
}
