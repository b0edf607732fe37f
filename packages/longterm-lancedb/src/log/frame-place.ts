import type { Stamp } from "../history/history-records.ts";

/** Where a change stands in the log, and what it says of itself there. */
export interface FramePlace {
  readonly position: string;
  /** Of the payload. */
  readonly bytes: number;
  /** Whether this process made it. */
  readonly isOwn: boolean;
}

/** What one of the entries of a change has of its place. */
export interface FrameShare extends FramePlace {
  readonly version: string;
}

export function shareOf({ position, bytes, isOwn }: FramePlace, of: number, i: number): FrameShare {
  return { position, bytes: bytes / of, isOwn, version: `${position}.${i}` };
}

/** Of a change that is no entry's. */
export function stampOf(at: number, { position, bytes }: FramePlace): Stamp {
  return { version: `${position}.0`, at, bytes };
}
