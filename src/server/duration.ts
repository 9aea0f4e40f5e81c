/** A length of time: the sum of its parts. */
export interface Duration {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

/**
 * Returns the seconds of a duration.
 *
 * @throws Error if it is negative or not finite.
 */
export function secondsOf({ days = 0, hours = 0, minutes = 0, seconds = 0 }: Duration): number {
  const total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
  if (!(total >= 0 && Number.isFinite(total))) {
    throw new Error(`a duration of ${total} seconds is not possible`);
  }
  return total;
}
