import type { Timeline } from "./timeline.ts";
import type { TimingWheel } from "./timing-wheel.ts";
import type { Versions } from "./versions.ts";

/** What everything in one backend shares. */
export interface Engine {
  readonly timeline: Timeline;
  readonly wheel: TimingWheel;
  readonly versions: Versions;
}
