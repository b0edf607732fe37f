/** How strongly newer entries are preferred to older ones. */
export interface RecencyWeight {
  /** The age, in seconds, at which half of the weight is lost; above 0. */
  readonly halfLife: number;
  /** The share of a score that depends on age, from 0 to 1. */
  readonly weight: number;
}

/**
 * Returns the factor for a score, given the entry's age in milliseconds:
 * 1 - weight · (1 - 2^(-age / halfLife)). It is 1 for a new entry (or one from a clock that is ahead)
 * and approaches 1 - weight with age.
 */
export function recencyFactor({ halfLife, weight }: RecencyWeight, ageMs: number): number {
  return 1 - weight * (1 - 2 ** (-Math.max(0, ageMs) / (1000 * halfLife)));
}
