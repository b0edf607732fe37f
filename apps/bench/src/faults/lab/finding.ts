/** What must never happen. */
export type FindingKind =
  | "lost"
  | "undone"
  | "wrong data"
  | "duplicate"
  | "lost update"
  | "disagreement"
  | "failed open"
  | "failed call"
  | "stuck"
  | "unnoticed"
  | "wrong place"
  | "broken line"
  | "broken chain"
  | "escaped"
  | "leftover"
  | "stale write"
  | "collision";

export interface Finding {
  readonly kind: FindingKind;
  /** The run of its fault in which it was found, from 1. */
  readonly run: number;
  readonly message: string;
}

export type Problem = Omit<Finding, "run">;
