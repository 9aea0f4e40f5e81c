/** Something worth knowing for those who run the server. It may hold error texts that clients must not see. */
export interface LroLogEntry {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  /** The name of the operation that it is about. */
  readonly operation?: string;
  readonly method?: string;
  readonly error?: unknown;
}

/** Takes log entries. */
export type Log = (entry: LroLogEntry) => void;

/** Writes warnings and errors to the console. */
export const consoleLog: Log = ({ level, message, error, ...facts }) => {
  if (level !== "info") {
    console[level](message, facts, ...(error === undefined ? [] : [error]));
  }
};
