import type { Increment, LogBounds, ShortTermWrite } from "@mem/core";

/** One event in a life; time passes only if a step says so. */
export type Step =
  | { readonly pass: number }
  | Saving
  | { readonly increment: Increment["ttlMs"] }
  | { readonly append: LogBounds["ttlMs"] }
  /** Starts a session with this timeout. */
  | { readonly start: number }
  | { readonly session: "used" | "joined" | "ended" | "ended with keepData" };

interface Saving {
  readonly save: ShortTermWrite["ttlMs"];
  /** The TTLs of other entries saved by the same call, in milliseconds. */
  readonly beside?: readonly number[];
  readonly ifAbsent?: true;
  readonly ifVersion?: string;
}

/** What happens to an entry or a log, and how long it then lives. */
export interface Life {
  readonly life: string;
  readonly steps: readonly Step[];
  /** Milliseconds from the deciding step to the end; `null` means forever. */
  readonly lives: number | null;
  /** The index of the deciding step; by default, the last one. */
  readonly from?: number;
}

export const SECOND = 1000;
export const MINUTE = 60_000;
export const DAY = 86_400_000;
export const YEAR = 31_557_600_000;
