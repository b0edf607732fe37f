import { createRandom } from "../../random.ts";
import { contentOf, countOf, isAsWritten, operationOf, scope } from "./content.ts";
import { Journal } from "./journal.ts";
import { openLabStore } from "./lab-store.ts";
import { describeState } from "./store-state.ts";
import type { Action, Answer, Order, WorkerTask } from "./worker-task.ts";

/*
 * A process that works on a store as it is told: it writes down each attempt before making it and each answer after
 * receiving it, and never ends by itself.
 */
const task = JSON.parse(process.argv[2] ?? "") as WorkerTask;
const random = createRandom(task.seed);
const store = openLabStore(task.subject, task.uri);
const journal = new Journal(task.journal);
const choices = Object.entries(task.mix).flatMap(([action, weight]) =>
  Array.from({ length: weight }, () => action as Action),
);
const progress = { attempts: 0, actions: 0, isResting: true };

function pick<T>(items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

const nextId = (): string => `${task.name}.${progress.attempts++}`;

async function save(keys: readonly string[]): Promise<void> {
  const writes = keys.map((key) => ({ id: nextId(), key }));
  for (const { id, key } of writes) journal.begin({ id, kind: "save", key });
  try {
    const results = await store.save(
      scope,
      writes.map(({ id, key }) => contentOf(key, id)),
    );
    for (const [i, { id }] of writes.entries()) {
      const version = results[i]?.version;
      journal.end(id, { done: true, ...(version !== undefined && { version }) });
    }
  } catch (error) {
    for (const { id } of writes) journal.fail(id, error);
  }
}

async function attempt(id: string, effect: () => Promise<void>): Promise<void> {
  try {
    await effect();
  } catch (error) {
    journal.fail(id, error);
  }
}

const ACTIONS: Readonly<Record<Action, () => Promise<void>>> = {
  save: () => save([pick(task.keys)]),
  saveMany: () => save([...new Set(Array.from({ length: 5 }, () => pick(task.keys)))]),
  delete: () => {
    const [id, key] = [nextId(), pick(task.keys)];
    journal.begin({ id, kind: "delete", key });
    return attempt(id, async () => {
      await store.delete(scope, [{ key }]);
      journal.end(id, { done: true });
    });
  },
  increment: async () => {
    const [id, key] = [nextId(), pick(task.counters)];
    let current;
    try {
      [current] = await store.get(scope, [key]);
    } catch (error) {
      journal.begin({ id, kind: "read", key });
      journal.fail(id, error);
      return;
    }
    const count = current === undefined ? 1 : countOf(current) + 1;
    const condition = current === undefined ? { ifAbsent: true } : { ifVersion: current.version };
    journal.begin({ id, kind: "increment", key, follows: current?.version ?? null, count });
    await attempt(id, async () => {
      const [result] = await store.save(scope, [{ ...contentOf(key, id, count), ...condition }]);
      if (result?.stored === true) journal.end(id, { done: true, version: result.version });
      else journal.end(id, { done: false });
    });
  },
  read: () => {
    const [id, key] = [nextId(), pick([...task.keys, ...task.counters])];
    journal.begin({ id, kind: "read", key });
    return attempt(id, async () => {
      const [entry] = await store.get(scope, [key]);
      const found = entry === undefined ? null : operationOf(entry);
      const isTorn = entry !== undefined && !isAsWritten(entry);
      journal.end(id, isTorn ? { found, torn: true } : { found });
    });
  },
  flush: async () => {
    const id = nextId();
    journal.begin({ id, kind: "read", key: "" });
    await attempt(id, async () => {
      await store.flush();
      journal.end(id, { found: null });
    });
  },
};

async function lane(): Promise<void> {
  while (!progress.isResting && progress.actions < (task.actions ?? Infinity)) {
    progress.actions++;
    await ACTIONS[pick(choices)]();
  }
}

function answer(message: Answer): void {
  process.send?.(message);
}

let working: Promise<unknown> = Promise.resolve();

async function rest(): Promise<void> {
  progress.isResting = true;
  await working;
  answer({ is: "resting" });
}

const ORDERS: Readonly<Record<Order, () => Promise<void>>> = {
  go: async () => {
    progress.isResting = false;
    working = Promise.all(Array.from({ length: task.lanes }, lane));
    await working;
    if (!progress.isResting) await rest();
  },
  rest,
  report: async () => answer({ is: "report", state: await describeState(store) }),
  end: async () => {
    try {
      await store.close();
    } finally {
      process.disconnect();
    }
  },
};

process.on("message", (order) => {
  ORDERS[order as Order]().catch((error: unknown) => {
    if (process.connected) return answer({ is: "failing", message: String(error) });
    process.stderr.write(String(error));
    process.exitCode = 1;
  });
});
process.on("disconnect", () => setTimeout(() => process.exit(3), 5_000).unref());
