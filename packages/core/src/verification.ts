import type { EntryPlace } from "./entry.ts";

/** Something that differs from what was stored. */
export interface VerificationProblem {
  /** Where it is; absent if that is unknown, or if it concerns more than one entry. */
  readonly place?: EntryPlace & { readonly tenantId: string };
  /** What is wrong and what to do about it; never the text of a memory. */
  readonly message: string;
}

/** The result of reading and checking everything. */
export interface Verification {
  /** How many entries were read, including damaged ones. */
  readonly entries: number;
  /** Empty if nothing is wrong. */
  readonly problems: readonly VerificationProblem[];
}
