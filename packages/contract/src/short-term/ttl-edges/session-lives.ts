import { MINUTE, type Life, type Step } from "./life.ts";

const TIMEOUT = MINUTE;
const HALF = TIMEOUT / 2;
const LONG = 10 * TIMEOUT;

const START: Step = { start: TIMEOUT };
const KEEP_DATA: Step = { session: "ended with keepData" };

/** How a session affects the life of an entry of its workflow. */
export const SESSION_LIVES: readonly Life[] = [
  {
    life: "of the session",
    steps: [START, { pass: HALF / 2 }, { save: "session" }],
    lives: TIMEOUT,
    from: 0,
  },
  {
    life: "of a session that is used",
    steps: [START, { save: "session" }, { pass: HALF }, { session: "used" }],
    lives: TIMEOUT,
  },
  {
    life: "of a session that is joined",
    steps: [START, { save: "session" }, { pass: HALF }, { session: "joined" }],
    lives: TIMEOUT,
  },
  {
    life: "of a session that ends",
    steps: [START, { save: "session" }, { session: "ended" }],
    lives: 0,
  },
  { life: "shorter than the session", steps: [START, { save: HALF }], lives: HALF },
  { life: "longer than the session", steps: [START, { save: LONG }], lives: TIMEOUT, from: 0 },
  { life: "for ever, in a session", steps: [START, { save: null }], lives: TIMEOUT, from: 0 },
  {
    life: "shorter than a session that is used",
    steps: [START, { save: HALF }, { session: "used" }],
    lives: HALF,
    from: 1,
  },
  {
    life: "longer than a session that is used",
    steps: [START, { save: LONG }, { pass: HALF }, { session: "used" }],
    lives: TIMEOUT,
  },
  { life: "for ever, before a session starts", steps: [{ save: null }, START], lives: TIMEOUT },
  {
    life: "shorter than a session that starts later",
    steps: [{ save: HALF }, START],
    lives: HALF,
    from: 0,
  },
  {
    life: "of the session, after a time of its own",
    steps: [START, { save: HALF }, { save: "session" }],
    lives: TIMEOUT,
    from: 0,
  },
  {
    life: "its own, after that of the session",
    steps: [START, { save: "session" }, { save: HALF }],
    lives: HALF,
  },
  {
    life: "of the session, kept by a save",
    steps: [START, { save: "session" }, { pass: HALF }, { save: "keep" }, { session: "used" }],
    lives: TIMEOUT,
  },
  {
    life: "of the session, counted",
    steps: [START, { increment: "session" }, { pass: HALF }, { increment: 1 }],
    lives: TIMEOUT,
    from: 0,
  },
  {
    life: "its own, counted for the session",
    steps: [START, { save: HALF }, { increment: "session" }],
    lives: HALF,
    from: 1,
  },
];

/** How the life of an entry continues when the session ends and keeps its data. */
export const KEPT_LIVES: readonly Life[] = [
  {
    life: "of the session",
    steps: [START, { save: "session" }, { pass: HALF }, KEEP_DATA],
    lives: TIMEOUT,
  },
  {
    life: "shorter than the session",
    steps: [START, { save: HALF }, KEEP_DATA],
    lives: HALF,
    from: 1,
  },
  {
    life: "longer than the session",
    steps: [START, { save: LONG }, KEEP_DATA],
    lives: LONG,
    from: 1,
  },
  { life: "for ever", steps: [START, { save: null }, KEEP_DATA], lives: null },
  {
    life: "of the session, kept by a save afterwards",
    steps: [START, { save: "session" }, KEEP_DATA, { pass: HALF }, { save: "keep" }],
    lives: TIMEOUT,
    from: 2,
  },
  {
    life: "of the session, counted afterwards",
    steps: [START, { save: "session" }, KEEP_DATA, { pass: HALF }, { increment: null }],
    lives: TIMEOUT,
    from: 2,
  },
  {
    life: "of the session, saved anew afterwards",
    steps: [START, { save: "session" }, KEEP_DATA, { save: LONG }],
    lives: LONG,
  },
  {
    life: "of the session, before a longer one",
    steps: [START, { save: "session" }, KEEP_DATA, { start: LONG }, { session: "used" }],
    lives: TIMEOUT,
    from: 2,
  },
  {
    life: "of the session, before a shorter one",
    steps: [START, { save: "session" }, KEEP_DATA, { start: HALF }],
    lives: HALF,
  },
];
