import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { drainOnSigterm, openExports } from "./exports.js";

const lro = await openExports();
const server = createServer(connectNodeAdapter({ routes: lro.routes }));
await lro.start();
drainOnSigterm(lro, () => server.close());
server.listen(0, "localhost", () => console.log(`http://localhost:${(server.address() as AddressInfo).port}`));
