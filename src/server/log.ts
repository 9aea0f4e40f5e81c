import { hostname } from "node:os";

/** An entry of a server's log. It can contain sensitive data from errors, which clients do not get. */
export interface LroLogEntry {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  /** The process that wrote the entry: the name of its host and its process ID, such as `host-1:4711`. */
  readonly worker: string;
  /** The name of the operation, if the entry is about one. */
  readonly operation?: string;
  /** The full name of the method, such as `acme.library.v1.LibraryService.CreateBook`, if the entry is about one. */
  readonly method?: string;
  /** The number of the attempt, from 1, if the entry is about one. */
  readonly attempt?: number;
  /** The error that caused the entry, if there is one. */
  readonly error?: unknown;
}

/** Writes an entry. Never throws. */
export type Log = (entry: Omit<LroLogEntry, "worker">) => void;

/** The name of this process in log entries and the database. */
export const thisProcess: string = `${hostname()}:${process.pid}`;

/** Adds the process to each entry. Reports errors of the function that receives the entries to the console. */
export function createLog(receive: (entry: LroLogEntry) => unknown): Log {
  return async (entry) => {
    try {
      await receive({ ...entry, worker: thisProcess });
    } catch (error) {
      console.error(`the log function failed for the entry "${entry.message}"`, error);
    }
  };
}

/** Writes warnings and errors to the console. */
export const consoleLog = ({ level, message, error, ...facts }: LroLogEntry): void => {
  if (level !== "info") {
    console[level](message, facts, ...(error === undefined ? [] : [error]));
  }
};
