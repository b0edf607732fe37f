import type { Clock } from "@mem/core";
import type { Account } from "./account.ts";
import { Timeline } from "./timeline.ts";
import { TimingWheel } from "./timing-wheel.ts";
import { Versions } from "./versions.ts";
import { Watches } from "./watches.ts";

/**
 * What all parts of one backend share: its time, the wheel that ends things, the version numbers of writes, the
 * watchers to wake, and, if the backend has bounds, the account of what is kept.
 */
export interface Clockwork {
  readonly timeline: Timeline;
  readonly wheel: TimingWheel;
  readonly versions: Versions;
  readonly watches: Watches;
  readonly account: Account | undefined;
}

export function createClockwork(clock: Clock, account?: Account): Clockwork {
  const timeline = new Timeline(clock);
  const wheel = new TimingWheel(timeline);
  return { timeline, wheel, versions: new Versions(), watches: new Watches(), account };
}
