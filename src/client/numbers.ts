// gRPC's header for the timeout of a call has at most eight digits: more than a day. JavaScript timers end at 2^31.
const maxTimeoutMs = 99_999_999;

/**
 * Returns the value of an option.
 *
 * @throws RangeError if it is NaN, or not in the range.
 */
export function inRange(option: string, value: number, least = 0, most: number = Number.POSITIVE_INFINITY): number {
  if (value >= least && value <= most) {
    return value;
  }
  throw new RangeError(`${option} is ${value}: use a number from ${least} to ${most}`);
}

/** Returns a timeout that all transports can represent. As in Connect, 0 or less means no timeout. */
export function callTimeout(timeoutMs: number): number {
  return Math.min(inRange("timeoutMs", timeoutMs, Number.NEGATIVE_INFINITY), maxTimeoutMs);
}
