import { createMemoryBackend } from "@mem/backend-memory";
import {
  createManualClock,
  isMemoryError,
  type ManualClock,
  type Scope,
  type ShortTermBackend,
} from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedModel } from "./fixtures/bounded-model.ts";

const LAUNCH = { tenantId: "acme", workflowId: "launch" };
const SCOPES: Readonly<Record<string, Scope>> = {
  "1": { tenantId: "acme", agentId: "writer" },
  "2": { tenantId: "other", agentId: "writer" },
  "3": LAUNCH,
};

interface World {
  readonly backend: ShortTermBackend;
  readonly clock: ManualClock;
  readonly model: BoundedModel;
}

/** Does something to both; if that needs room, resolves with whether the backend had it and whether the model had. */
type Step = (world: World) => Promise<readonly [was: boolean, is: boolean] | void>;

let latestId = 0;
const nextId = (): string => `${++latestId}`;

/** Whether there was room for a call. */
async function hasRoom(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (isMemoryError(error, "MEM_CAPACITY")) return false;
    throw error;
  }
}

const scope = fc.constantFrom("1", "2", "3");
const key = fc.constantFrom("a", "b", "c", "d", "e");
const logTtl = fc.constantFrom(1, 700, 5000);
const ttl = fc.option(logTtl, { nil: null });
const due = (model: BoundedModel, ttlMs: number | null): number => model.now + (ttlMs ?? Infinity);
const at = (id: string): Scope => SCOPES[id] as Scope;

const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 4 });
const save = fc.tuple(scope, keys, ttl, fc.boolean()).map(([to, names, ttlMs, ifAbsent]): Step => {
  return async ({ backend, model }) => {
    const condition = ifAbsent ? { ifAbsent } : {};
    const writes = names.map((name) => {
      return { key: name, value: 1, ttlMs, source: "agent", ...condition } as const;
    });
    const stored = await hasRoom(backend.save(at(to), writes));
    return [stored, model.save(to, names, due(model, ttlMs), ifAbsent)];
  };
});
const increment = fc.tuple(scope, key, ttl).map(([to, name, ttlMs]): Step => {
  return async ({ backend, model }) => {
    const counter = { key: name, by: 1, ttlMs, opId: nextId() };
    const counted = await hasRoom(backend.increment(at(to), counter));
    return [counted, model.increment(to, name, due(model, ttlMs))];
  };
});
const get = fc.tuple(scope, key).map(([from, name]): Step => {
  return async ({ backend, model }) => {
    await backend.get(at(from), [name]);
    model.read(from, name);
  };
});
const list = fc.tuple(scope, fc.integer({ min: 1, max: 3 })).map(([of, limit]): Step => {
  return async ({ backend, model }) => {
    const { items } = await backend.list(at(of), { limit });
    for (const item of items) model.read(of, item.key);
  };
});
const remove = fc.tuple(scope, key).map(([from, name]): Step => {
  return async ({ backend, model }) => {
    await backend.delete(at(from), [{ key: name }]);
    model.delete(from, name);
  };
});
const clear = scope.map((of): Step => {
  return async ({ backend, model }) => {
    await backend.clear(at(of));
    model.clear(of);
  };
});
const append = fc.tuple(scope, fc.nat(4), logTtl).map(([to, count, ttlMs]): Step => {
  return async ({ backend, model }) => {
    const items = Array.from({ length: count }, () => ({ id: nextId(), value: "hello" }));
    const bounds = { maxItems: model.maxItems, ttlMs };
    const appended = await hasRoom(backend.append(at(to), "chat", items, bounds));
    return [appended, model.append(to, count, due(model, ttlMs))];
  };
});
const start = fc.constant<Step>(async ({ backend, model }) => {
  const { sessionMs: timeoutMs } = model;
  const how = {
    timeoutMs,
    metadata: { team: "content" },
    join: "if-exists",
    opId: nextId(),
  } as const;
  return [await hasRoom(backend.startWorkflow(LAUNCH, how)), model.start()];
});
const end = fc.constant<Step>(async ({ backend, model }) => {
  await backend.endWorkflow(LAUNCH, {});
  model.end("3");
});
const wait = fc.constantFrom(1, 600, 3000).map((ms): Step => {
  return async ({ clock, model }) => {
    clock.advance(ms);
    model.wait(ms, "3");
  };
});

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: save },
    { weight: 3, arbitrary: get },
    { weight: 2, arbitrary: fc.oneof(increment, append, wait) },
    { weight: 1, arbitrary: fc.oneof(list, remove, clear, start, end) },
  ),
  { maxLength: 60, size: "max" },
);

describe.each(["refuse", "evict"] as const)("a full store that is to %s", (whenFull) => {
  it("keeps exactly what a plain model keeps, and never more than it may", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), steps, async (maxEntries, plan) => {
        const clock = createManualClock();
        const options = { clock, maxEntries, maxBytes: 1e9, whenFull };
        await using backend = createMemoryBackend(options);
        const model = new BoundedModel(maxEntries, whenFull);
        for (const step of plan) {
          const [was, is] = (await step({ backend, clock, model })) ?? [];
          expect(was).toBe(is);
          // Frees expired entries.
          await backend.stats("acme");
          const { size, evictions } = model;
          expect(size).toBeLessThanOrEqual(maxEntries);
          expect((await backend.health()).details).toMatchObject({ entries: size, evictions });
        }
        for (const [id, where] of Object.entries(SCOPES)) {
          const { items } = await backend.list(where, { limit: 100 });
          expect(items.map((item) => item.key)).toEqual(model.keys(id));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("never takes more bytes than it may, and none when all is gone", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 500, max: 6000 }), steps, async (maxBytes, plan) => {
        const clock = createManualClock();
        await using backend = createMemoryBackend({ clock, maxBytes, whenFull });
        const bytes = async (): Promise<number> =>
          (await backend.health()).details["bytes"] as number;
        const model = new BoundedModel(Infinity, whenFull);
        for (const step of plan) {
          await step({ backend, clock, model });
          expect(await bytes()).toBeLessThanOrEqual(maxBytes);
        }
        for (const where of Object.values(SCOPES)) await backend.clear(where);
        clock.advance(120_000);
        expect((await backend.health()).details).toMatchObject({ tenants: 0, bytes: 0 });
      }),
      { numRuns: 100 },
    );
  });
});
