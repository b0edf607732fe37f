import type { JsonValue } from "@mem/core";
import type { Numbered } from "./values.ts";

/** What a value consists of, besides its text. */
export interface Facts {
  readonly seq: number;
  readonly name: string;
  readonly other: string;
  readonly count: number;
  readonly share: number;
  readonly at: number;
  readonly flag: boolean;
}

type Value = JsonValue & Numbered;

/** Small values that agents keep: flat and nested, with arrays, numbers of all kinds, nulls and empty parts. */
export const SHAPES: readonly ((facts: Facts, text: string) => Value)[] = [
  ({ seq, name, count }, text) => ({ seq, campaign: name, budget: count, headline: text }),
  ({ seq, name, flag }, text) => ({ role: "assistant", agent: name, content: text, flag, seq }),
  ({ seq, name, other }, text) => ({
    key: text,
    seq,
    channels: [name, other, "email"],
    live: true,
  }),
  ({ seq, count, share }, text) => ({ open: { rate: share, sent: count }, seq, note: text }),
  ({ seq, at, name }, text) => ({ at, by: { id: name, team: { name: "content" } }, text, seq }),
  ({ seq, count, share }, text) => ({ seq, series: [count, share, -count, 0, 1e21], label: text }),
  ({ seq, name, flag }, text) => ({
    done: flag,
    task: { title: text, owner: name, due: null },
    seq,
  }),
  ({ seq, name, other, count }, text) => ({
    seq,
    facts: [
      { subject: name, weight: count },
      { subject: other, weight: 1 },
    ],
    summary: text,
  }),
  ({ seq, other }, text) => ({ text, tags: [], links: {}, next: null, seq, source: other }),
  ({ seq, name, at }, text) => ({ id: `msg-${at}`, seq, thread: name, body: { html: text } }),
  ({ seq, share, count }, text) => ({ matrix: [[share, count], [1, 2], []], caption: text, seq }),
  ({ seq, name, other, flag }, text) => ({
    seq,
    profile: { [name]: flag, [`${other}Score`]: 3 },
    remark: text,
  }),
  ({ seq, count }, text) => ({
    step: count,
    of: 12,
    state: "waiting",
    seq,
    reason: text,
    tries: 0,
  }),
];

/** Large values, which hold many small ones. */
export const CONTAINERS: readonly ((facts: Facts, items: JsonValue[]) => Value)[] = [
  ({ seq, name }, items) => ({ seq, thread: name, messages: items }),
  ({ seq, at }, items) => ({ plan: { createdAt: at, steps: items }, seq }),
  ({ seq, name }, items) => ({ owner: name, byId: named(items, "item"), seq }),
  ({ seq, flag }, items) => ({ done: flag, seq, draft: items.slice(0, 5), final: items.slice(5) }),
  ({ seq, name }, items) => ({ tree: nest(items.slice(0, 7)), rest: items.slice(7), name, seq }),
  ({ seq, count }, items) => ({ count, pairs: items.map((item, i) => [i, item]), seq }),
  ({ seq, share }, items) => ({
    seq,
    share,
    hits: items.map((item, i) => ({ score: i / 14, item })),
  }),
  ({ seq, other }, items) => ({
    sections: { intro: items.slice(0, 3), body: items.slice(3) },
    other,
    seq,
  }),
  ({ seq, name }, items) => ({ seq, agents: { [name]: { memory: items, goals: [] } } }),
  ({ seq, at }, items) => ({ log: items.map((entry, i) => ({ at: at + i, entry })), seq }),
  ({ seq, flag }, items) => ({
    a: items.slice(0, 4),
    b: { c: items.slice(4, 9), d: { e: items.slice(9) } },
    flag,
    seq,
  }),
  ({ seq, name, other }, items) => ({
    seq,
    [name]: named(items.slice(0, 6), other),
    more: items.slice(6),
  }),
];

function named(items: readonly JsonValue[], prefix: string): JsonValue {
  return Object.fromEntries(items.map((item, i) => [`${prefix}-${i}`, item]));
}

function nest(items: readonly JsonValue[]): JsonValue {
  return items.reduceRight<JsonValue>((children, item) => ({ item, children }), []);
}
