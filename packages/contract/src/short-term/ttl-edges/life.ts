import type { Increment, LogBounds, ShortTermWrite } from "@mem/core";

/** One thing that happens in a life; time passes only where a step says so. */
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
  /** The ttl of others that are saved by the same call. */
  readonly beside?: readonly number[];
  readonly ifAbsent?: true;
  readonly ifVersion?: string;
}

/** What happens to an entry, or to a log, and how long it lives then. */
export interface Life {
  readonly life: string;
  readonly steps: readonly Step[];
  /** Milliseconds after the step that decides; `null`: for ever. */
  readonly lives: number | null;
  /** The place of the step that decides, counted from 0; the last one where it is not told. */
  readonly from?: number;
}

export const SECOND = 1000;
export const MINUTE = 60_000;
export const DAY = 86_400_000;
export const YEAR = 31_557_600_000;
