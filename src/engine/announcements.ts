import type { Database } from "./database.ts";

/** PostgreSQL limits payloads to less than 8,000 bytes. */
const maxPayload = 7_900;

export type Announcement =
  /** The operation with this name was settled, or its cancellation was requested. */
  | { readonly kind: "changed"; readonly name: string }
  /** This queue has work. */
  | { readonly kind: "work"; readonly queue: string };

/**
 * Notifies all processes of changes. In PostgreSQL, all transactions that notify contend for one lock, so announcements
 * are sent after the commit, in batches. Announcements can be lost, so processes that wait for an event also poll.
 */
export interface Announcements {
  announce(...announced: Announcement[]): void;
  /** Listens until the database is closed. `onConnect` is called each time that announcements may have been lost. */
  listen(listener: (announced: Announcement) => void, onConnect: () => void): Promise<void>;
}

export function announcements(database: Database, channel: string, onLost: (error: unknown) => void): Announcements {
  let pending = new Set<string>();
  let sending = false;

  async function send(): Promise<void> {
    sending = true;
    while (pending.size > 0) {
      const lines = [...pending];
      pending = new Set();
      try {
        await database.query("SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload", [
          channel,
          fill(lines),
        ]);
      } catch (error) {
        onLost(error);
      }
    }
    sending = false;
  }

  return {
    announce(...announced) {
      for (const one of announced) {
        pending.add(one.kind === "work" ? `w${one.queue}` : `c${one.name}`);
      }
      if (!sending) {
        void send();
      }
    },
    listen(listener, onConnect) {
      return database.listen(
        channel,
        (payload) => {
          for (const line of payload.split("\n")) {
            const rest = line.slice(1);
            listener(line.startsWith("w") ? { kind: "work", queue: rest } : { kind: "changed", name: rest });
          }
        },
        onConnect,
      );
    },
  };
}

/** Joins lines into as few payloads as possible. */
function fill(lines: readonly string[]): string[] {
  const payloads: string[] = [];
  for (const line of lines) {
    const last = payloads.at(-1);
    if (last !== undefined && Buffer.byteLength(last) + Buffer.byteLength(line) < maxPayload) {
      payloads[payloads.length - 1] = `${last}\n${line}`;
    } else {
      payloads.push(line);
    }
  }
  return payloads;
}
