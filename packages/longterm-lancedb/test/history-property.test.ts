import { createManualClock, type LongTermStore, type Revision, type Scope } from "@mem/core";
import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  integer,
  oneof,
  record,
  type Arbitrary,
} from "fast-check";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createLanceDbStore } from "../src/index.ts";
import { write } from "./fixtures.ts";
import { entryPlainly, HistoryModel, plainly } from "./history-model.ts";

const SCOPES: readonly Scope[] = [
  { tenantId: "acme", agentId: "writer" },
  { tenantId: "acme", agentId: "it's", workflowId: "w1" },
  { tenantId: "acme", workflowId: "w1" },
];
const KEYS = ["a", "a/b", "\u{1F600}'"];

type Step =
  | { readonly kind: "save"; readonly place: number; readonly keys: readonly string[] }
  | { readonly kind: "delete"; readonly place: number; readonly keys: readonly string[] }
  | { readonly kind: "clear"; readonly place: number }
  | { readonly kind: "clear-workflow" | "flush" | "reopen" | "swap" | "wait" };

const place = integer({ min: 0, max: SCOPES.length - 1 });
const keys = array(constantFrom(...KEYS), { minLength: 1, maxLength: 2 }).map((all) => [
  ...new Set(all),
]);
const step: Arbitrary<Step> = oneof(
  { weight: 12, arbitrary: record({ kind: constantFrom("save" as const), place, keys }) },
  { weight: 5, arbitrary: record({ kind: constantFrom("delete" as const), place, keys }) },
  { weight: 2, arbitrary: record({ kind: constantFrom("clear" as const), place }) },
  { weight: 1, arbitrary: record({ kind: constantFrom("clear-workflow" as const) }) },
  {
    weight: 6,
    arbitrary: record({
      kind: constantFrom("flush" as const, "reopen" as const, "swap" as const, "wait" as const),
    }),
  },
);

describe("history", () => {
  it("tells at every time what a plain model tells, whoever wrote and whenever it was flushed", async () => {
    const steps = array(step, { minLength: 6, maxLength: 24 });
    const before = integer({ min: 0, max: 6 });
    await assert(asyncProperty(steps, before, check), { numRuns: 25 });
  }, 240_000);
});

/** Runs the steps on two handles of one folder; the history begins after the first `before` of them. */
async function check(steps: readonly Step[], before: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "mem-lancedb-"));
  const clock = createManualClock();
  const model = new HistoryModel();
  const open = (): LongTermStore =>
    createLanceDbStore({ uri: join(folder, "store"), clock, history: {} });
  let store = createLanceDbStore({ uri: join(folder, "store"), clock });
  let other = store;
  const times: number[] = [];
  try {
    for (const [i, each] of steps.entries()) {
      if (i === before) {
        store = open();
        await store.count(SCOPES[0]!);
        times.push(clock.now());
      }
      if (each.kind === "swap") [store, other] = [other, store];
      else if (each.kind === "reopen") {
        const isShared = store === other;
        await store.close();
        store = i < before ? createLanceDbStore({ uri: join(folder, "store"), clock }) : open();
        if (isShared) other = store;
      } else await take(store, each, clock.now(), model, i);
      if (each.kind === "wait") clock.advance(700);
      clock.advance(7);
      if (i >= before) times.push(clock.now());
    }
    const teller = open();
    try {
      if (steps.length > before) await compare(teller, model, times);
    } finally {
      await teller.close();
    }
  } finally {
    await Promise.all([store.close(), other.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

async function take(
  store: LongTermStore,
  one: Step,
  at: number,
  model: HistoryModel,
  value: number,
): Promise<void> {
  switch (one.kind) {
    case "save": {
      const scope = SCOPES[one.place]!;
      const writes = one.keys.map((key) => write(key, { value, text: `number ${value}` }));
      await store.save(scope, writes);
      for (const each of writes) model.save(scope, each, at);
      return;
    }
    case "delete": {
      const scope = SCOPES[one.place]!;
      await store.delete(
        scope,
        one.keys.map((key) => ({ key })),
      );
      for (const key of one.keys) model.delete(scope, key, at);
      return;
    }
    case "clear":
      await store.clear(SCOPES[one.place]!);
      model.clear(SCOPES[one.place]!, KEYS, at);
      return;
    case "clear-workflow":
      await store.clearWorkflow({ tenantId: "acme", workflowId: "w1" });
      for (const scope of SCOPES) if (scope.workflowId === "w1") model.clear(scope, KEYS, at);
      return;
    case "flush":
      await store.flush();
      return;
    case "reopen":
    case "swap":
    case "wait":
    // These change no entry.
  }
}

/** Of the time before the history began, only the last state has to be known. */
async function compare(
  store: LongTermStore,
  model: HistoryModel,
  times: readonly number[],
): Promise<void> {
  const [since = 0] = times;
  for (const scope of SCOPES) {
    for (const key of KEYS) {
      const told = (await allRevisions(store, scope, key)).map(plainly);
      const known = model.history(scope, key);
      const isLater = ({ at }: { readonly at: number }): boolean => at >= since;
      expect(told.filter(isLater)).toEqual(known.filter(isLater));
      expect(known).toEqual(expect.arrayContaining(told));
    }
    for (const time of times) {
      const then = await store.get(scope, KEYS, { asOf: time });
      expect(then.map((entry) => entry && entryPlainly(entry))).toEqual(
        KEYS.map((key) => model.asOf(scope, key, time)),
      );
    }
  }
}

async function allRevisions(store: LongTermStore, scope: Scope, key: string): Promise<Revision[]> {
  const revisions: Revision[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.history(scope, key, { limit: 3, ...(cursor && { cursor }) });
    revisions.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return revisions;
}
