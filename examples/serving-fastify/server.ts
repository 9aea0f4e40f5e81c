import { fastifyConnectPlugin } from "@connectrpc/connect-fastify";
import { fastify } from "fastify";
import { drainOnSigterm, openExports } from "../serving-node/exports.js";

const lro = await openExports();
const server = fastify();
await server.register(fastifyConnectPlugin, { routes: lro.routes });
server.get("/readyz", async (_, reply) => {
  const health = await lro.health();
  return reply.code(health.ready ? 200 : 503).send(health);
});
await lro.start();
drainOnSigterm(lro, () => server.close());
console.log(await server.listen({ host: "localhost", port: 0 }));
