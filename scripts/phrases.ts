/*
 * Finds phrases that our texts must not contain, because readers stumble over them. Only phrases that a machine can
 * recognize without understanding the sentence are listed.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A word boundary is implied at both ends of a phrase. A space also matches a line break within a comment. */
const phrases: readonly { readonly phrase: string; readonly reason: string }[] = [
  { phrase: "at once", reason: 'ambiguous: write "immediately" or "concurrently"' },
  { phrase: "where (there|none|nothing|one|no)", reason: '"where" means a place: write "if" or "when"' },
  {
    phrase: "(whoever|one who|those who|he who|somebody|nobody|everybody)",
    reason: "name the caller, client, or worker",
  },
  { phrase: "what (is|are) not", reason: "begin with a noun" },
  { phrase: "what (came|comes|becomes|became) of", reason: 'write "outcome"' },
  { phrase: "how (it|they) (ends?|ended|goes|go)", reason: 'write "outcome" or "status"' },
  { phrase: "how far (it|they|the \\w+) (has|have|comes?|came)", reason: 'write "progress"' },
  { phrase: "may be well", reason: 'write "may be unaffected"' },
  { phrase: "goes? (before|behind)", reason: 'about options: write "overrides" or "takes precedence over"' },
  { phrase: "(goes|go|going) on", reason: 'write "continues" or "keeps running"' },
  { phrase: "(tells?|told|says?|said) (of|so)", reason: "software returns, sends, sets, or reports" },
  { phrase: "(is|are) told", reason: "software receives a notification, an error, or a value" },
  { phrase: "(knows?|knew|known) of", reason: "software stores, supports, or has received" },
  { phrase: "signs? of life", reason: 'write "heartbeat"' },
  { phrase: "dead (worker|process)", reason: 'write "worker that no longer sends heartbeats"' },
  { phrase: "lease (has passed|passes|passed)", reason: 'write "the lease expires"' },
  { phrase: "(answers?|answered) (to )?(a|the) (call|request)", reason: 'write "respond" or "return"' },
  { phrase: "at the server", reason: 'write "on the server"' },
  { phrase: "by a signal", reason: 'write "with a signal"' },
  { phrase: "so (many|long|often) (milliseconds|ms|seconds|times|jobs)", reason: "name the parameter and its unit" },
  { phrase: "(anew|beside|besides)", reason: 'write "again", "next to", or "in addition to"' },
  { phrase: "of (its|their) own accord", reason: 'write "automatically"' },
  { phrase: "all the same", reason: 'write "still" or "anyway"' },
  { phrase: "rather than to", reason: 'write "instead of" with an -ing form' },
  { phrase: "leaves? (\\w+ )?alone", reason: 'write "does not affect"' },
  { phrase: "(is|are) not possible", reason: "name the invalid value and the valid ones" },
  { phrase: "nothing (called|that can)", reason: "name the invalid value and the fix" },
];

/** An error opens with the problem, so this is looked for at the start of a string only. */
const opening = {
  phrase: "[\"'`]there (is|are) no",
  reason: 'begin with the problem, such as "operation x not found"',
};

const texts = /\.(md|ts|cjs|proto|ya?ml)$/;
/** Generated files follow their sources. The phrases themselves are in this file and its test. */
const excluded = /(^|\/)gen\/|\.gen\.ts$|^docs\/api\/|^scripts\/phrases(\.test)?\.ts$/;

/**
 * @throws Error that lists each forbidden phrase with its file, line, and reason.
 */
export function rejectPhrases(files: readonly string[] = trackedTexts()): void {
  const findings = files.flatMap((file) => findPhrases(readFileSync(file, "utf8")).map((found) => `${file}:${found}`));
  if (findings.length > 0) {
    throw new Error(`rewrite these phrases:\n${findings.join("\n")}`);
  }
}

/** Returns the forbidden phrases in a text, each as `line: phrase: reason`. */
export function findPhrases(text: string): string[] {
  return patterns.flatMap(({ pattern, reason }) =>
    Array.from(text.matchAll(pattern), (match) => {
      const line = text.slice(0, match.index).split("\n").length;
      return `${line}: ${match[0].replace(/\s+(?:(?:\*|\/\/|#)\s+)?/g, " ")}: ${reason}`;
    }),
  );
}

const patterns = [
  ...phrases.map(({ phrase, reason }) => ({ pattern: toPattern(`\\b${phrase}\\b`), reason })),
  { pattern: toPattern(`${opening.phrase}\\b`), reason: opening.reason },
];

function toPattern(phrase: string): RegExp {
  return new RegExp(phrase.replaceAll(" ", "\\s+(?:(?:\\*|//|#)\\s+)?"), "gi");
}

function trackedTexts(): string[] {
  const tracked = execFileSync("git", ["ls-files"], { encoding: "utf8" }).trim().split("\n");
  return tracked.filter((file) => texts.test(file) && !excluded.test(file));
}
