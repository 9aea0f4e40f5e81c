import { SingleBar } from "cli-progress";
import { type Operation, progressOf } from "protoc-gen-ts-lro/client";
import type { ExportMetadata, ExportResult } from "../gen/acme/export/v1/export_pb.js";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.js";

/** Prints the progress and the outcome of an export. Sets the exit code to 1 unless the export succeeds. */
export async function follow(op: Operation<ExportResult, ExportMetadata>): Promise<void> {
  // Writes to stderr. If stderr is not a terminal, prints lines instead of a bar.
  const bar = new SingleBar({
    format: "  [{bar}] {percentage}% {rows} rows",
    barsize: 30,
    noTTYOutput: true,
    notTTYSchedule: 500,
  });
  bar.start(100, 0, { rows: 0 });
  const outcome = await op.outcome({
    onProgress: (metadata) => bar.update(progressOf(metadata) ?? 0, { rows: metadata.numRowsExported }),
  });
  bar.stop();

  switch (outcome.status) {
    case "succeeded":
      console.log(`  exported ${outcome.response.numRowsExported} rows to ${outcome.response.exportedUri}`);
      return;
    case "cancelled":
      console.log(`  cancelled after ${outcome.metadata?.numRowsExported} rows`);
      break;
    case "failed":
      console.log(`  ${outcome.error.message}`);
      for (const { reason, domain, metadata } of outcome.error.findDetails(ErrorInfoSchema)) {
        console.log(`  ErrorInfo: ${reason}, ${domain}, ${JSON.stringify(metadata)}`);
      }
  }
  process.exitCode = 1;
}
