/*
 * Goes on following an export that another process has started: resume.js URL NAME
 *
 * A token, as op.toToken() gives, does as well, and is refused by the methods that it does not belong to.
 */
import { connectExporter } from "./exporter.js";
import { follow } from "./follow.js";

const [baseUrl = "", name = ""] = process.argv.slice(2);

const op = connectExporter(baseUrl).startExport.resume(name);
console.log(`  resumed ${op.name}`);
await follow(op);
