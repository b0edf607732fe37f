import { DAY, MINUTE, type Life } from "./life.ts";

const HALF = MINUTE / 2;
const HOUR = 60 * MINUTE;

/** How an append affects the life of its log: it never shortens it. */
export const LOG_LIVES: readonly Life[] = [
  { life: "appended to", steps: [{ append: MINUTE }], lives: MINUTE },
  {
    life: "appended to again",
    steps: [{ append: MINUTE }, { pass: HALF }, { append: MINUTE }],
    lives: MINUTE,
  },
  {
    life: "appended to for longer",
    steps: [{ append: MINUTE }, { pass: HALF }, { append: HOUR }],
    lives: HOUR,
  },
  {
    life: "appended to for less",
    steps: [{ append: HOUR }, { pass: HALF }, { append: MINUTE }],
    lives: HOUR,
    from: 0,
  },
  {
    life: "appended to for ever",
    steps: [{ append: MINUTE }, { append: null }, { append: MINUTE }],
    lives: null,
  },
  { life: "of a month", steps: [{ append: 30 * DAY }], lives: 30 * DAY },
  {
    life: "begun again at its end",
    steps: [{ append: MINUTE }, { pass: MINUTE }, { append: HALF }],
    lives: HALF,
  },
  {
    life: "begun again for ever",
    steps: [{ append: 1500 }, { pass: 1500 }, { append: null }],
    lives: null,
  },
];

const TIMEOUT = MINUTE;

/** How the session affects the life of a log. */
export const SESSION_LOG_LIVES: readonly Life[] = [
  {
    life: "of a session",
    steps: [{ start: TIMEOUT }, { append: "session" }],
    lives: TIMEOUT,
    from: 0,
  },
  {
    life: "of a session that is used",
    steps: [{ start: TIMEOUT }, { append: "session" }, { pass: HALF }, { session: "used" }],
    lives: TIMEOUT,
  },
  {
    life: "of a session, appended to for less",
    steps: [{ start: TIMEOUT }, { append: "session" }, { append: HALF }],
    lives: TIMEOUT,
    from: 0,
  },
  {
    life: "of a session, appended to for longer",
    steps: [{ start: TIMEOUT }, { append: "session" }, { append: HOUR }],
    lives: TIMEOUT,
    from: 0,
  },
  {
    life: "with a time of its own in a session",
    steps: [{ start: TIMEOUT }, { append: HALF }],
    lives: HALF,
  },
  {
    life: "with a time of its own that becomes the session's",
    steps: [{ start: TIMEOUT }, { append: HALF }, { append: "session" }],
    lives: TIMEOUT,
    from: 0,
  },
  {
    life: "of a session that ended",
    steps: [{ start: TIMEOUT }, { append: "session" }, { session: "ended" }],
    lives: 0,
  },
  {
    life: "of a session that ended and kept its data",
    steps: [
      { start: TIMEOUT },
      { append: "session" },
      { pass: HALF },
      { session: "ended with keepData" },
    ],
    lives: TIMEOUT,
  },
  {
    life: "of a session, with a longer time of its own, whose data was kept",
    steps: [
      { start: TIMEOUT },
      { append: HOUR },
      { append: "session" },
      { session: "ended with keepData" },
    ],
    lives: HOUR,
    from: 1,
  },
  {
    life: "of a session, and for ever, whose data was kept",
    steps: [
      { start: TIMEOUT },
      { append: null },
      { append: "session" },
      { session: "ended with keepData" },
    ],
    lives: null,
  },
];
