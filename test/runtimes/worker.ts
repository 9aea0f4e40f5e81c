/*
 * For workerd: a worker that uses the server whose URL is in the header x-server. Without the header, it only responds.
 */
import { smoke } from "./smoke.ts";

// workerd rejects the redirect mode "error", which connect-web sets.
const workerFetch: typeof fetch = (input, init) => fetch(input, { ...init, redirect: "manual" });

export default {
  async fetch({ headers }: Request): Promise<Response> {
    const url = headers.get("x-server");
    return Response.json(url === null ? "ready" : await smoke(url, workerFetch));
  },
};
