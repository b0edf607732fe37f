import type { Timeline } from "./timeline.ts";

/** For `due`: no end. A small integer, as all times here are. */
export const NEVER = -1;

/** Something that ends at a time of the timeline: an entry, a log, a workflow. */
export abstract class Timed {
  /** In milliseconds of the timeline, or `NEVER`. Only the wheel changes it. */
  due: number = NEVER;
  /** Neighbours in the wheel; absent outside it. */
  previous: Timed | undefined;
  next: Timed | undefined;

  /** Frees it. It has left the wheel by then. */
  abstract expire(): void;

  isOver(now: number): boolean {
    return this.due !== NEVER && this.due <= now;
  }
}

const SLOTS = 1000;
const LEVELS = 4;
const SECOND = 1000;
/** How long a sweep blocks other work: 1 to 2 ms, because the clock counts whole milliseconds. */
export const SLICE_MS = 2;
const LOOK_AT_CLOCK_EVERY = 64;

/**
 * Ends things when their time has come, at a cost that does not depend on how many wait.
 *
 * Slots are a millisecond wide on the first level, a second on the next, then a thousand seconds, then a million: a
 * thing waits in the finest slot that can hold it and moves on when that slot comes up. One timer, set for the end of
 * the next second that holds something, sweeps in slices; in between, `settle` ends what is due to the millisecond.
 */
export class TimingWheel {
  readonly #timeline: Timeline;
  readonly #levels: (Slot | undefined)[][] = Array.from({ length: LEVELS }, () => []);
  /** Slots that came up and are still to be worked off. */
  readonly #up: Slot = new Slot();
  /** The time up to which slots have come up. */
  #time = 0;
  #wakeAt: number = Number.POSITIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** Makes `timed` end at `due`, which is in the future or never. */
  set(timed: Timed, due: number): void {
    if (due === NEVER) return this.remove(timed);
    const waits = timed.next !== undefined;
    const later = due >= timed.due;
    timed.due = due;
    // Its slot then comes up too early and moves it on, so that renewing a lifetime costs nothing here.
    if (waits && later) return;
    if (waits) unlink(timed);
    this.#place(timed);
    this.#wake(endOfSecond(due));
  }

  /** Makes `timed` end never. */
  remove(timed: Timed): void {
    timed.due = NEVER;
    if (timed.next !== undefined) unlink(timed);
  }

  /** Ends what is due, for about the given time; returns whether all is done. */
  settle(budgetMs: number): boolean {
    return this.#sweep(budgetMs, () => this.#timeline.elapsed());
  }

  #sweep(budgetMs: number, now: () => number): boolean {
    const began = this.#timeline.elapsed();
    for (let worked = 1; ; worked++) {
      const timed = this.#up.first();
      if (timed === undefined) {
        if (!this.#turn(now())) return true;
        continue;
      }
      unlink(timed);
      if (timed.isOver(this.#time)) timed.expire();
      else this.#place(timed);
      if (worked % LOOK_AT_CLOCK_EVERY === 0 && this.#timeline.elapsed() - began >= budgetMs) {
        return false;
      }
    }
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#wakeAt = Number.NEGATIVE_INFINITY;
  }

  /** The end of the last whole second: the timer ends what is due within a second together, without finer slots. */
  #lastSecond(): number {
    return Math.max(this.#time, endOfSecond(this.#timeline.elapsed()) - SECOND - 1);
  }

  /** Lets every slot up to `now` come up; returns whether there is anything to work off. */
  #turn(now: number): boolean {
    let width = 1;
    for (const level of this.#levels) {
      const last = Math.floor(now / width);
      const first = Math.max(Math.floor(this.#time / width) + 1, last - SLOTS + 1);
      for (let slot = first; slot <= last; slot++) level[slot % SLOTS]?.moveTo(this.#up);
      width *= SLOTS;
    }
    this.#time = now;
    return this.#up.first() !== undefined;
  }

  #place(timed: Timed): void {
    let width = 1;
    for (const level of this.#levels) {
      const slot = Math.floor(timed.due / width);
      const now = Math.floor(this.#time / width);
      const ahead = slot - now;
      if (ahead < SLOTS) return (level[slot % SLOTS] ??= new Slot()).add(timed);
      // Beyond the horizon of 31 years: checked again when the farthest slot comes up.
      if (width === SLOTS ** (LEVELS - 1)) {
        return (level[(now + SLOTS - 1) % SLOTS] ??= new Slot()).add(timed);
      }
      width *= SLOTS;
    }
  }

  #wake(at: number): void {
    if (at >= this.#wakeAt) return;
    this.#cancelTimer?.();
    this.#wakeAt = at;
    this.#cancelTimer = this.#timeline.schedule(at, () => {
      this.#cancelTimer = undefined;
      this.#wakeAt = Number.POSITIVE_INFINITY;
      const done = this.#sweep(SLICE_MS, () => this.#lastSecond());
      this.#wake(done ? this.#nextWake() : this.#timeline.elapsed());
    });
  }

  /** When the next slot that is not empty comes up. */
  #nextWake(): number {
    let next = Number.POSITIVE_INFINITY;
    let width = 1;
    for (const level of this.#levels) {
      const now = Math.floor(this.#time / width);
      for (let slot = now + 1; slot < now + SLOTS; slot++) {
        if (level[slot % SLOTS]?.first() === undefined) continue;
        next = Math.min(next, endOfSecond(slot * width));
        break;
      }
      width *= SLOTS;
    }
    return next;
  }
}

/** The head of a circular list of things that wait for the same moment. */
class Slot extends Timed {
  override previous: Timed = this;
  override next: Timed = this;

  first(): Timed | undefined {
    return this.next === this ? undefined : this.next;
  }

  add(timed: Timed): void {
    timed.previous = this.previous;
    timed.next = this;
    this.previous.next = timed;
    this.previous = timed;
  }

  moveTo(other: Slot): void {
    const first = this.first();
    if (first === undefined) return;
    first.previous = other.previous;
    other.previous.next = first;
    this.previous.next = other;
    other.previous = this.previous;
    this.previous = this;
    this.next = this;
  }

  override expire(): void {}
}

function unlink(timed: Timed): void {
  timed.previous!.next = timed.next;
  timed.next!.previous = timed.previous;
  timed.previous = undefined;
  timed.next = undefined;
}

function endOfSecond(time: number): number {
  return (Math.floor(time / SECOND) + 1) * SECOND;
}
