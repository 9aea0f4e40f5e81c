/** An entry of a server's log. It can contain sensitive data from errors, which clients do not get. */
export interface LroLogEntry {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  /** The name of the operation, if the entry is about one. */
  readonly operation?: string;
  /** The full name of the method, such as `acme.library.v1.LibraryService.CreateBook`, if the entry is about one. */
  readonly method?: string;
  /** The error that caused the entry, if there is one. */
  readonly error?: unknown;
}

export type Log = (entry: LroLogEntry) => void;

/** Writes warnings and errors to the console. */
export const consoleLog: Log = ({ level, message, error, ...facts }) => {
  if (level !== "info") {
    console[level](message, facts, ...(error === undefined ? [] : [error]));
  }
};
