import type { EntryPlace } from "./entry.ts";

/** Something that is not as it was stored. */
export interface VerificationProblem {
  /** Absent: it can't be told whose it is, or it concerns more than one entry. */
  readonly place?: EntryPlace & { readonly tenantId: string };
  /** What is wrong and what to do about it; never the text of a memory. */
  readonly message: string;
}

/** What reading and checking everything has found. */
export interface Verification {
  /** How many entries were read, the damaged ones among them. */
  readonly entries: number;
  /** Empty: all is well. */
  readonly problems: readonly VerificationProblem[];
}
