import type { Clock } from "@mem/core";
import { Timeline } from "./timeline.ts";
import { TimingWheel } from "./timing-wheel.ts";
import { Versions } from "./versions.ts";

/** What everything in one backend runs by: its time, what ends in time, and the numbers of its writes. */
export interface Clockwork {
  readonly timeline: Timeline;
  readonly wheel: TimingWheel;
  readonly versions: Versions;
}

export function createClockwork(clock: Clock): Clockwork {
  const timeline = new Timeline(clock);
  return { timeline, wheel: new TimingWheel(timeline), versions: new Versions() };
}
