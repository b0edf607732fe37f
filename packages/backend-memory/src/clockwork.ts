import type { Clock } from "@mem/core";
import type { Account } from "./account.ts";
import { Timeline } from "./timeline.ts";
import { TimingWheel } from "./timing-wheel.ts";
import { Versions } from "./versions.ts";

/**
 * What everything in one backend runs by: its time, what ends in time, the numbers of its writes, and the account of
 * what is kept where that has bounds.
 */
export interface Clockwork {
  readonly timeline: Timeline;
  readonly wheel: TimingWheel;
  readonly versions: Versions;
  readonly account: Account | undefined;
}

export function createClockwork(clock: Clock, account?: Account): Clockwork {
  const timeline = new Timeline(clock);
  return { timeline, wheel: new TimingWheel(timeline), versions: new Versions(), account };
}
