/*
 * Finds phrases that our texts must not contain, because readers stumble over them. Only phrases that a machine can
 * recognize without understanding the sentence are listed.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A word boundary is implied at both ends of a phrase. A space also matches a line break within a comment. */
const phrases: readonly { readonly phrase: string; readonly reason: string }[] = [
  { phrase: "at once", reason: 'ambiguous: write "immediately" or "concurrently"' },
  {
    phrase: "where (there|none|nothing|one|no|it|they|only|others?)",
    reason: '"where" means a place: write "if" or "when"',
  },
  {
    phrase: "(whoever|one who|those who|all who|he who|to whom|somebody|someone|anybody|anyone|nobody|everybody)",
    reason: "name the caller, client, or worker",
  },
  { phrase: "what (is|are|was|were|has|have|had|does|it|they)", reason: "begin with a noun" },
  { phrase: "what (came|comes|becomes|became) of", reason: 'write "outcome"' },
  { phrase: "how (it|they) (ends?|ended|goes|go)", reason: 'write "outcome" or "status"' },
  { phrase: "how far (it|they|the \\w+) (has|have|comes?|came)", reason: 'write "progress"' },
  { phrase: "(be|ends?|ended|goes|go) well", reason: 'write "may be unaffected" or "succeeds"' },
  { phrase: "finds? (it|them|the operation) again", reason: 'write "resume"' },
  { phrase: "goes? (before|behind)", reason: 'about options: write "overrides" or "takes precedence over"' },
  { phrase: "holds? (for|good)", reason: 'about options: write "applies to"' },
  { phrase: "(goes|go|going) on", reason: 'write "continues" or "keeps running"' },
  {
    phrase: "(tells?|told|says?|said) (of|so|which|what|whether|how|that|if|by|with|it|them)",
    reason: "software returns, sends, sets, or reports",
  },
  { phrase: "(is|are) told", reason: "software receives a notification, an error, or a value" },
  { phrase: "(knows?|knew|known) (of|which|what|whether|that)", reason: "software stores, supports, or has received" },
  { phrase: "(asks?|asked) (how|whether|of|for|it)", reason: 'write "poll", "request", or "call"' },
  { phrase: "looks? whether", reason: 'write "check whether"' },
  { phrase: "signs? of life", reason: 'write "heartbeat"' },
  { phrase: "dead (worker|process)", reason: 'write "worker that no longer sends heartbeats"' },
  { phrase: "lease (has passed|passes|passed)", reason: 'write "the lease expires"' },
  { phrase: "(has|have) (passed|come|gone|begun|left)", reason: "use the present or the simple past" },
  { phrase: "(gives?|given|gave|hands?|handed) back", reason: 'write "release" or "return"' },
  { phrase: "(come|comes|came) to (its|an|their) end", reason: 'write "complete"' },
  { phrase: "under way", reason: 'write "pending" or "running"' },
  { phrase: "(answers?|answered) (to )?(a|the) (call|request)", reason: 'write "respond" or "return"' },
  { phrase: "at the server", reason: 'write "on the server"' },
  { phrase: "by a signal", reason: 'write "with a signal"' },
  { phrase: "so (many|long|often) (milliseconds|ms|seconds|times|jobs)", reason: "name the parameter and its unit" },
  { phrase: "(anew|beside|besides)", reason: 'write "again", "next to", or "in addition to"' },
  { phrase: "(by way of|in front)", reason: 'write "through", or name the position' },
  { phrase: "also(?=[.;])", reason: 'write "including" or "even", before the phrase' },
  { phrase: "(?<!something )else(?=[.;,])", reason: 'write "otherwise"' },
  { phrase: "any more", reason: 'write "no longer"' },
  { phrase: "of (its|their) own accord", reason: 'write "automatically"' },
  { phrase: "all the same", reason: 'write "still" or "anyway"' },
  { phrase: "rather than to", reason: 'write "instead of" with an -ing form' },
  { phrase: "(nothing but|but for|and nothing else)", reason: 'write "only" or "except"' },
  { phrase: "(whatever|however (many|much|large|long|often|deep))", reason: 'write "any" or "regardless of"' },
  { phrase: "(anything|nothing|more) to say", reason: "name the field or the value" },
  { phrase: "leaves? (\\w+ )?alone", reason: 'write "does not affect"' },
  { phrase: "(is|are) not possible", reason: "name the invalid value and the valid ones" },
  { phrase: "nothing (called|that can)", reason: "name the invalid value and the fix" },
  { phrase: "the (most|longest|least) that", reason: 'write "Maximum" or "Minimum", with the unit' },
  { phrase: "gaps?", reason: 'about polls: write "delay"' },
  { phrase: "torment", reason: 'write "fault injection"' },
];

/** An error opens with the problem, so this is looked for at the start of a string only. */
const opening = {
  phrase: "[\"'`]there (is|are) no",
  reason: 'begin with the problem, such as "operation x not found"',
};

const texts = /\.(md|ts|cjs|proto|ya?ml|json)$/;
/** Generated files follow their sources. The phrases themselves are in this file and its test. */
const excluded =
  /(^|\/)gen\/|\.gen\.ts$|^docs\/api\/|^package-lock\.json$|^cspell\.json$|^scripts\/phrases(\.test)?\.ts$/;

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
