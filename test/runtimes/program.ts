/*
 * For Bun and Deno: program.ts URL
 */
import { smoke } from "./smoke.ts";

console.log(JSON.stringify(await smoke(process.argv[2] ?? "")));
