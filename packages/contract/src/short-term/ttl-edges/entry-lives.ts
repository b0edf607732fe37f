import { DAY, MINUTE, SECOND, YEAR, type Life } from "./life.ts";

const HALF = MINUTE / 2;
const HOUR = 60 * MINUTE;

/** From the shortest to the longest. */
export const TTLS: readonly Life[] = [
  { life: "1 ms", lives: 1, steps: [{ save: 1 }] },
  { life: "a fiftieth of a second", lives: 20, steps: [{ save: 20 }] },
  { life: "1 ms less than a second", lives: SECOND - 1, steps: [{ save: SECOND - 1 }] },
  { life: "a second", lives: SECOND, steps: [{ save: SECOND }] },
  { life: "1 ms more than a second", lives: SECOND + 1, steps: [{ save: SECOND + 1 }] },
  { life: "a minute and a bit", lives: 61_234, steps: [{ save: 61_234 }] },
  { life: "a day", lives: DAY, steps: [{ save: DAY }] },
  { life: "the longest that a timer takes", lives: 2 ** 31 - 1, steps: [{ save: 2 ** 31 - 1 }] },
  { life: "2^31 ms, too long for a timer", lives: 2 ** 31, steps: [{ save: 2 ** 31 }] },
  { life: "2^32 ms and 1", lives: 2 ** 32 + 1, steps: [{ save: 2 ** 32 + 1 }] },
  { life: "thirty days", lives: 30 * DAY, steps: [{ save: 30 * DAY }] },
  { life: "a hundred years", lives: 100 * YEAR, steps: [{ save: 100 * YEAR }] },
];

/** How long an entry lives after a write that replaces another one. */
export const ENTRY_LIVES: readonly Life[] = [
  {
    life: "saved in a batch with others",
    steps: [{ save: MINUTE, beside: [SECOND, 10 * MINUTE] }],
    lives: MINUTE,
  },
  {
    life: "renewed before its end",
    steps: [{ save: MINUTE }, { pass: HALF }, { save: MINUTE }],
    lives: MINUTE,
  },
  {
    life: "renewed for longer",
    steps: [{ save: MINUTE }, { pass: HALF }, { save: HOUR }],
    lives: HOUR,
  },
  {
    life: "made shorter",
    steps: [{ save: HOUR }, { pass: HALF }, { save: MINUTE }],
    lives: MINUTE,
  },
  { life: "saved for ever", steps: [{ save: null }], lives: null },
  {
    life: "saved for ever after a ttl",
    steps: [{ save: MINUTE }, { pass: HALF }, { save: null }],
    lives: null,
  },
  { life: "given a ttl after for ever", steps: [{ save: null }, { save: MINUTE }], lives: MINUTE },
  {
    life: "saved for ever and given a ttl again",
    steps: [{ save: MINUTE }, { save: null }, { pass: HALF }, { save: MINUTE }],
    lives: MINUTE,
  },
  {
    life: "kept",
    steps: [{ save: MINUTE }, { pass: HALF }, { save: "keep" }],
    lives: MINUTE,
    from: 0,
  },
  {
    life: "kept twice",
    steps: [{ save: MINUTE }, { save: "keep" }, { pass: HALF }, { save: "keep" }],
    lives: MINUTE,
    from: 0,
  },
  { life: "kept where nothing was", steps: [{ save: "keep" }], lives: null },
  { life: "kept for ever", steps: [{ save: null }, { save: "keep" }], lives: null },
  {
    life: "kept at its end",
    steps: [{ save: MINUTE }, { pass: MINUTE }, { save: "keep" }],
    lives: null,
  },
  {
    life: "saved anew at its end",
    steps: [{ save: MINUTE }, { pass: MINUTE }, { save: MINUTE }],
    lives: MINUTE,
  },
  {
    life: "saved for ever at its end",
    steps: [{ save: 1500 }, { pass: 1500 }, { save: null }],
    lives: null,
  },
  {
    life: "saved anew long after its end",
    steps: [{ save: MINUTE }, { pass: DAY }, { save: MINUTE }],
    lives: MINUTE,
  },
  {
    life: "not replaced because it is there",
    steps: [{ save: MINUTE }, { pass: HALF }, { save: HOUR, ifAbsent: true }],
    lives: MINUTE,
    from: 0,
  },
  {
    life: "not replaced because of its version",
    steps: [{ save: MINUTE }, { pass: HALF }, { save: null, ifVersion: "another" }],
    lives: MINUTE,
    from: 0,
  },
  { life: "counted where nothing was", steps: [{ increment: MINUTE }], lives: MINUTE },
  { life: "counted for ever", steps: [{ increment: null }, { increment: MINUTE }], lives: null },
  {
    life: "counted once more",
    steps: [{ save: MINUTE }, { pass: HALF }, { increment: HOUR }, { increment: null }],
    lives: MINUTE,
    from: 0,
  },
  {
    life: "counted anew at its end",
    steps: [{ increment: MINUTE }, { pass: MINUTE }, { increment: HOUR }],
    lives: HOUR,
  },
];
