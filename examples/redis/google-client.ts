/*
 * Creates a Redis instance with Google's own client: google-client.js URL
 */
import { CloudRedisClient } from "@google-cloud/redis";
import { grpc } from "google-gax";

// Skip the search for the credentials of a Google Cloud machine.
process.env.METADATA_SERVER_DETECTION = "none";

const { hostname, port } = new URL(process.argv[2] ?? "");
const client = new CloudRedisClient({
  apiEndpoint: hostname,
  port: Number(port),
  projectId: "acme",
  sslCreds: grpc.credentials.createInsecure(),
});

const [operation] = await client.createInstance({
  parent: client.locationPath("acme", "europe-west1"),
  instanceId: "cache",
  instance: { tier: "BASIC", memorySizeGb: 4 },
});
operation.on("progress", ({ verb, target, statusDetail }) => console.log(`  ${verb} ${target}: ${statusDetail}`));
const [instance] = await operation.promise();
console.log(`  created ${instance.name}: ${instance.memorySizeGb} GB at ${instance.host}:${instance.port}`);
await client.close();
