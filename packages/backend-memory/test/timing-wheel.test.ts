import { createManualClock, type Clock } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Timeline } from "../src/timeline.ts";
import { NEVER, SLICE_MS, Timed, TimingWheel } from "../src/timing-wheel.ts";

const SECOND = 1000;
const DAY = 86_400_000;
const YEAR = 365 * DAY;

/** Records when it ended. */
class Thing extends Timed {
  readonly #timeline: Timeline;
  endedAt: number | undefined;

  constructor(timeline: Timeline) {
    super();
    this.#timeline = timeline;
  }

  override expire(): void {
    this.endedAt = this.#timeline.elapsed();
  }
}

function make(clock: Clock): { timeline: Timeline; wheel: TimingWheel } {
  const timeline = new Timeline(clock);
  return { timeline, wheel: new TimingWheel(timeline) };
}

const delay = fc.oneof(
  fc.integer({ min: 1, max: 3 * SECOND }),
  fc.integer({ min: 1, max: DAY }),
  fc.integer({ min: 1, max: 50 * YEAR }),
  fc.constantFrom(
    999,
    SECOND,
    1001,
    999_999,
    1_000_000,
    1_000_001,
    2 ** 31 - 1,
    2 ** 31,
    32 * YEAR,
  ),
);

const action = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), thing: fc.nat(9), delay }),
  fc.record({ kind: fc.constant("remove" as const), thing: fc.nat(9) }),
  fc.record({ kind: fc.constant("advance" as const), ms: fc.oneof(fc.nat(2000), delay) }),
);

describe("the timing wheel", () => {
  it("ends everything in its time: never early, at most a second late, to the millisecond when settled", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const clock = createManualClock();
        const { timeline, wheel } = make(clock);
        const things = Array.from({ length: 10 }, () => new Thing(timeline));
        const due = new Map<Thing, number>();
        for (const step of actions) {
          if (step.kind === "advance") {
            clock.advance(step.ms);
            for (const [thing, time] of due) {
              const { endedAt } = thing;
              if (endedAt !== undefined) {
                expect(endedAt - time).toBeGreaterThanOrEqual(0);
                expect(endedAt - time).toBeLessThanOrEqual(SECOND);
              } else expect(timeline.elapsed() - time).toBeLessThan(SECOND);
            }
            expect(wheel.settle(SLICE_MS)).toBe(true);
            for (const [thing, time] of due) {
              expect(thing.endedAt !== undefined).toBe(time <= timeline.elapsed());
              if (thing.endedAt !== undefined) due.delete(thing);
            }
          } else {
            const thing = things[step.thing] as Thing;
            thing.endedAt = undefined;
            due.delete(thing);
            if (step.kind === "remove") wheel.remove(thing);
            else {
              const time = timeline.elapsed() + step.delay;
              wheel.set(thing, time);
              due.set(thing, time);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("never ends what is set to never", () => {
    const clock = createManualClock();
    const { timeline, wheel } = make(clock);
    const thing = new Thing(timeline);
    wheel.set(thing, SECOND);
    wheel.set(thing, NEVER);
    clock.advance(100 * YEAR);
    expect(thing.endedAt).toBeUndefined();
  });

  it("wakes up only when there is something to look at", () => {
    const clock = createManualClock();
    let timers = 0;
    const counting: Clock = {
      ...clock,
      schedule(delayMs, task) {
        timers++;
        return clock.schedule(delayMs, task);
      },
    };
    const { timeline, wheel } = make(counting);
    expect(timers).toBe(0);
    wheel.set(new Thing(timeline), 10 * YEAR);
    clock.advance(20 * YEAR);
    expect(timers).toBeLessThanOrEqual(5);
  });

  it("has one timer, however much waits", () => {
    const clock = createManualClock();
    let running = 0;
    const counting: Clock = {
      ...clock,
      schedule(delayMs, task) {
        running++;
        const cancel = clock.schedule(delayMs, () => {
          running--;
          task();
        });
        return () => {
          running--;
          cancel();
        };
      },
    };
    const { timeline, wheel } = make(counting);
    for (let i = 1000; i >= 1; i--) wheel.set(new Thing(timeline), i * 777);
    expect(running).toBe(1);
    clock.advance(500 * 777);
    expect(running).toBe(1);
    clock.advance(600 * 777);
    expect(running).toBe(0);
  });

  it("works off a backlog in slices, so that other work gets its turn", () => {
    // A clock that advances during work: to end each thing takes 1.5 µs.
    let time = 0;
    let task: (() => void) | undefined;
    const clock: Clock = {
      now: () => time,
      monotonic: () => time,
      schedule(_, next) {
        task = next;
        return () => (task = undefined);
      },
    };
    const { wheel } = make(clock);
    let left = 100_000;
    class Work extends Timed {
      override expire(): void {
        left--;
        time += 0.0015;
      }
    }
    for (let i = 0; i < 100_000; i++) wheel.set(new Work(), 500);
    time = 1000;
    const slices: number[] = [];
    while (task !== undefined) {
      const began = time;
      const run = task;
      task = undefined;
      run();
      slices.push(time - began);
    }
    expect(left).toBe(0);
    expect(Math.max(...slices)).toBeLessThan(SLICE_MS + 0.1);
    expect(slices.length).toBeGreaterThan(50);
  });

  it("goes on where it stopped when somebody settles it in between", () => {
    const clock = createManualClock();
    const { timeline, wheel } = make(clock);
    const things = Array.from({ length: 500 }, () => new Thing(timeline));
    for (const thing of things) wheel.set(thing, 100);
    clock.advance(100);
    expect(things.filter((thing) => thing.endedAt !== undefined)).toHaveLength(0);
    wheel.settle(0);
    const ended = things.filter((thing) => thing.endedAt !== undefined).length;
    expect(ended).toBeGreaterThan(0);
    expect(ended).toBeLessThan(500);
    const waiting = things.find((thing) => thing.endedAt === undefined) as Thing;
    wheel.set(waiting, 5 * SECOND);
    while (!wheel.settle(0));
    expect(things.filter((thing) => thing.endedAt === undefined)).toEqual([waiting]);
    clock.advance(6 * SECOND);
    expect(waiting.endedAt).toBe(6 * SECOND);
  });
});
