import { SingleBar } from "cli-progress";
import type { Operation } from "protoc-gen-ts-lro/client";
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
  for await (const { metadata } of op.updates()) {
    if (metadata) {
      const progress = { rows: metadata.numRowsExported };
      bar.isActive
        ? bar.update(metadata.progressPercent, progress)
        : bar.start(100, metadata.progressPercent, progress);
    }
  }
  bar.stop();

  const outcome = await op.outcome();
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
