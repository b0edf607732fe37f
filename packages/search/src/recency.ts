/** How much newer entries come before older ones. */
export interface RecencyWeight {
  /** After so many seconds half of the weight is lost; above 0. */
  readonly halfLife: number;
  /** How much of a score is up to the age, from 0 to 1. */
  readonly weight: number;
}

/**
 * What a score is multiplied by because of an entry's age in milliseconds:
 * 1 - weight · (1 - 2^(-age / halfLife)), from 1 for one of now (or of a clock that is ahead) to
 * 1 - weight for one of endless age.
 */
export function recencyFactor({ halfLife, weight }: RecencyWeight, ageMs: number): number {
  return 1 - weight * (1 - 2 ** (-Math.max(0, ageMs) / (1000 * halfLife)));
}
