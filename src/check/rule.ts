import type { Place } from "../descriptor/place.ts";
import type { RuleType } from "../gen/buf/plugin/check/v1/check_pb.ts";
import type { FileSet } from "./file-set.ts";
import type { Options } from "./options.ts";

/** A rule of AIP-151. */
export interface Rule {
  /** What buf.yaml and ignore comments call it. */
  readonly id: string;
  /** One sentence. */
  readonly purpose: string;
  readonly type: RuleType;
  /** Whether the AIP says "must". It says "should" else. */
  readonly must: boolean;
  /** Finds what is against the rule. */
  find(run: Run): Iterable<Finding>;
}

/** What rules look at. */
export interface Run {
  readonly files: FileSet;
  /** What the files were before. Empty for lint rules. */
  readonly against: FileSet;
  readonly options: Options;
}

/** Something that is against a rule. */
export interface Finding {
  readonly place: Place;
  /** The place before, for breaking rules. */
  readonly against?: Place;
  /** What it is about, the cause, and the fix, in one line. */
  readonly message: string;
}
