import type { Place } from "../descriptor/place.ts";
import type { RuleType } from "../gen/buf/plugin/check/v1/check_pb.ts";
import type { FileSet } from "./file-set.ts";
import type { Options } from "./options.ts";

/** A rule of AIP-151. */
export interface Rule {
  /** The id for buf.yaml and ignore comments. */
  readonly id: string;
  readonly purpose: string;
  readonly type: RuleType;
  /** True if AIP-151 states the rule with "must", false if with "should". */
  readonly must: boolean;
  /** Whether findings are only hints, so that the rule is off by default. Default: false. */
  readonly isHint?: true;
  /** Names of fields. The rule reads only the fields of messages that have one of these. Default: none. */
  readonly readsFieldsWith?: readonly string[];
  /** Finds violations of the rule. */
  find(run: Run): Iterable<Finding>;
}

/** The input of the rules. */
export interface Run {
  readonly files: FileSet;
  /** The previous version of the files. Empty for lint rules. */
  readonly against: FileSet;
  readonly options: Options;
}

/** A violation of a rule. */
export interface Finding {
  /** `undefined` if the violation is not in a proto file. */
  readonly place?: Place;
  /** The place in the previous version, for breaking rules. */
  readonly against?: Place;
  /** The subject, the cause, and the fix, in one line. */
  readonly message: string;
}
