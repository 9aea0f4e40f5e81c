import type { AddressInfo } from "node:net";
import { expressConnectMiddleware } from "@connectrpc/connect-express";
import express from "express";
import { drainOnSigterm, openExports } from "../serving-node/exports.js";

const lro = await openExports();
const app = express();
app.use(expressConnectMiddleware({ routes: lro.routes }));
app.get("/livez", async (_, response) => {
  response.sendStatus((await lro.health()).live ? 200 : 503);
});
app.get("/readyz", async (_, response) => {
  const health = await lro.health();
  response.status(health.ready ? 200 : 503).json(health);
});
await lro.start();
const server = app.listen(0, "localhost", () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`);
});
drainOnSigterm(lro, () => server.close());
