import type { Stamp } from "../history/history-records.ts";

/** The frame of a change in the log. */
export interface FramePlace {
  readonly position: string;
  /** Size of the payload. */
  readonly bytes: number;
  /** Whether this process made it. */
  readonly isOwn: boolean;
}

/** The share of one entry in the frame of its change. */
export interface FrameShare extends FramePlace {
  readonly version: string;
}

export function shareOf({ position, bytes, isOwn }: FramePlace, of: number, i: number): FrameShare {
  return { position, bytes: bytes / of, isOwn, version: `${position}.${i}` };
}

/** For a change that does not concern a single entry. */
export function stampOf(at: number, { position, bytes }: FramePlace): Stamp {
  return { version: `${position}.0`, at, bytes };
}
