/*
 * Exports a table: client.js URL TABLE [--detach]
 *
 * Ctrl-C cancels the export. With --detach, prints the operation name and exits; pass the name to resume.js.
 */
import { connectExporter } from "./exporter.js";
import { follow } from "./follow.js";

const [baseUrl = "", table = "", detach] = process.argv.slice(2);

const op = await connectExporter(baseUrl).startExport({
  sourceTable: `projects/acme/tables/${table}`,
  destinationUri: `gs://exports/${table}`,
});
if (detach) {
  console.log(op.name);
} else {
  process.once("SIGINT", () => void op.cancel());
  console.log(`  started ${op.name}`);
  await follow(op);
}
