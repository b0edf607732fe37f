import { createMemoryBackend, type MemoryBackendOptions } from "@mem/backend-memory";
import {
  createManualClock,
  type CallOptions,
  type ManualClock,
  type ShortTermBackend,
  type StartedWorkflow,
} from "@mem/core";
import { describe, expect, it } from "vitest";

const FULL = { code: "MEM_CAPACITY", outcome: "not-applied" };
const MINUTE = 60_000;
const TEXT = "x".repeat(1000);

interface Opened extends AsyncDisposable {
  readonly backend: ShortTermBackend;
  readonly clock: ManualClock;
}

function open(options: MemoryBackendOptions): Opened {
  const clock = createManualClock();
  const backend = createMemoryBackend({ ...options, clock });
  return { backend, clock, [Symbol.asyncDispose]: () => backend.close() };
}

function ref(workflowId: string): { tenantId: string; workflowId: string } {
  return { tenantId: "acme", workflowId };
}

function start(backend: ShortTermBackend, workflowId: string): Promise<StartedWorkflow> {
  const how = { timeoutMs: MINUTE, metadata: { goal: workflowId }, join: "never" } as const;
  return backend.startWorkflow(ref(workflowId), { ...how, opId: workflowId });
}

function tied({ epoch }: StartedWorkflow): CallOptions {
  return { session: { epoch } };
}

async function amounts(backend: ShortTermBackend): Promise<unknown> {
  const { entries, bytes } = (await backend.health()).details;
  return { entries, bytes };
}

describe("a store with bounds", () => {
  it("counts claims until they lapse, are given up, or their session is over", async () => {
    await using opened = open({ maxEntries: 3, maxBytes: 1e6 });
    const { backend, clock } = opened;
    const started = await start(backend, "launch");
    const before = await amounts(backend);
    const claim = (step: string, ttlMs: number): Promise<unknown> =>
      backend.claim(ref("launch"), { step, ttlMs, opId: step }, tied(started));
    await claim("draft", MINUTE / 4);
    await claim("review", MINUTE / 2);
    await expect(claim("layout", MINUTE)).rejects.toMatchObject(FULL);
    expect(await claim("draft", MINUTE)).toBeDefined();
    clock.advance(MINUTE / 4);
    await claim("layout", MINUTE);
    const state = await backend.getWorkflow(ref("launch"));
    expect(state?.claims.map(({ step }) => step)).toEqual(["layout", "review"]);
    for (const { step, token } of state!.claims)
      await backend.changeClaim(ref("launch"), { step, token, to: "free" }, tied(started));
    expect(await amounts(backend)).toEqual(before);
    await claim("draft", MINUTE);
    await backend.endWorkflow(ref("launch"), {});
    expect(await amounts(backend)).toEqual({ entries: 0, bytes: 0 });
  });

  it("counts what an edit makes larger, and refuses it where there is no room", async () => {
    await using opened = open({ maxBytes: 4000 });
    const { backend } = opened;
    const scope = { tenantId: "acme", agentId: "writer" };
    const bounds = { maxItems: 10, ttlMs: null };
    await backend.append(scope, "chat", [{ id: "a", value: "short", ties: ["call"] }], bounds);
    const before = await amounts(backend);
    await backend.edit(scope, "chat", { id: "a", value: TEXT });
    expect(await amounts(backend)).not.toEqual(before);
    const refused = backend.edit(scope, "chat", { id: "a", value: TEXT.repeat(4) });
    await expect(refused).rejects.toMatchObject(FULL);
    expect(await backend.find(scope, "chat", ["a"])).toMatchObject([{ value: TEXT, edits: 1 }]);
    await backend.edit(scope, "chat", { id: "a", value: "short" });
    expect(await amounts(backend)).toEqual(before);
    await backend.append(scope, "chat", [{ id: "b", value: TEXT }], bounds);
    await backend.edit(scope, "chat", { id: "b" });
    expect(await amounts(backend)).toEqual(before);
  });

  it.each(["refuse", "evict"] as const)(
    "forgets sessions that timed out and that nobody asked about, the oldest first, before it is to %s",
    async (whenFull) => {
      await using opened = open({ maxEntries: 4, whenFull });
      const { backend, clock } = opened;
      const scope = { tenantId: "acme", agentId: "writer" };
      await backend.save(scope, [{ key: "plan", value: 1, ttlMs: null, source: "agent" }]);
      for (const workflowId of ["first", "second", "third"]) {
        await start(backend, workflowId);
        clock.advance(1000);
      }
      clock.advance(MINUTE);
      await start(backend, "fourth");
      expect(await backend.count(scope)).toBe(1);
      const told = await backend.takeExpired("acme");
      expect(told.map(({ workflowId }) => workflowId)).toEqual(["second", "third"]);
      expect(await amounts(backend)).toMatchObject({ entries: 2 });
    },
  );

  it("needs no more room to start a session again that timed out", async () => {
    await using opened = open({ maxEntries: 1 });
    const { backend, clock } = opened;
    const { epoch } = await start(backend, "launch");
    clock.advance(MINUTE);
    expect((await start(backend, "launch")).expired).toMatchObject({ epoch });
  });

  it("takes nothing any more for sessions that were told of, or forgotten", async () => {
    await using opened = open({ maxBytes: 1e6 });
    const { backend, clock } = opened;
    for (const workflowId of ["told", "forgotten"]) {
      const started = await start(backend, workflowId);
      const request = { step: "draft", ttlMs: 5 * MINUTE, opId: "claim" };
      await backend.claim(ref(workflowId), request, tied(started));
      clock.advance(MINUTE);
      if (workflowId === "told") expect(await backend.takeExpired("acme")).toHaveLength(1);
      else clock.advance(MINUTE + 1000);
      expect((await backend.health()).details).toMatchObject({ tenants: 0, bytes: 0 });
    }
  });
});
