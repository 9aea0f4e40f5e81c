/*
 * Resumes an export that another process started: resume.js URL NAME
 *
 * Instead of a name, you can pass a token from op.toToken(). Other methods reject the token.
 */
import { connectExporter } from "./exporter.js";
import { follow } from "./follow.js";

const [baseUrl = "", name = ""] = process.argv.slice(2);

const op = connectExporter(baseUrl).startExport.resume(name);
console.log(`  resumed ${op.name}`);
await follow(op);
