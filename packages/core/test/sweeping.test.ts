import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryError, type BackgroundFailure, type SessionEvent } from "../src/index.ts";
import { fakeRecords } from "./record-stores.ts";
import { aState, openSessionMemory, type SessionMemory } from "./session-memory.ts";

const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const minute = 60_000;

const events: SessionEvent[] = [];
const failures: BackgroundFailure[] = [];
const onEvent = (event: unknown): void => void events.push(event as SessionEvent);
const onFailure = (failure: unknown): void => void failures.push(failure as BackgroundFailure);

beforeEach(() => {
  events.length = 0;
  failures.length = 0;
  subscribe("mem:session", onEvent);
  subscribe("mem:failure", onFailure);
});
afterEach(() => {
  unsubscribe("mem:session", onEvent);
  unsubscribe("mem:failure", onFailure);
});

const expired = (count: number): ReturnType<typeof aState>[] =>
  Array.from({ length: count }, (_, i) => aState(`w-${i}`));

/** Memory that is not shared; `looks` advances a minute and counts the looks so far. */
function openAlone(): SessionMemory & { readonly looks: () => Promise<number> } {
  const opened = openSessionMemory({ records: fakeRecords() });
  const { shortTerm, clock } = opened;
  shortTerm.capabilities = { durability: "process", shared: false };
  const looks = async (): Promise<number> => {
    clock.advance(minute);
    await settled();
    return shortTerm.tied("takeExpired").length;
  };
  return { ...opened, looks };
}

describe("a manager", () => {
  it("looks for sessions that timed out every minute, from its first session on", async () => {
    const { memory, shortTerm, clock } = openSessionMemory();
    clock.advance(10 * minute);
    await settled();
    expect(shortTerm.tied("takeExpired")).toHaveLength(0);
    await memory.startWorkflow("w");
    for (let i = 1; i <= 3; i++) {
      clock.advance(minute - 1);
      await settled();
      expect(shortTerm.tied("takeExpired")).toHaveLength(i - 1);
      clock.advance(1);
      await settled();
      expect(shortTerm.tied("takeExpired")).toHaveLength(i);
    }
  });

  it("asks for all of them, and tells of each without what only members need to know", async () => {
    const { memory, shortTerm, clock } = openSessionMemory({ tenantId: "acme" });
    await memory.startWorkflow("w");
    const metadata = { brief: 7 };
    const kept = aState("kept", { ...metadata, "mem:keepConversation": true });
    shortTerm.expired = [expired(100), [kept]];
    clock.advance(minute);
    await settled();
    expect(events).toHaveLength(101);
    expect(events.at(-1)).toEqual({
      event: "expired",
      tenantId: "acme",
      state: aState("kept", metadata),
    });
    expect(failures).toEqual([]);
  });

  it("has one timer, however many sessions and tenants it has", async () => {
    const { memory, shortTerm, clock } = openSessionMemory();
    let timers = 0;
    const schedule = clock.schedule.bind(clock);
    clock.schedule = (...args) => {
      timers++;
      return schedule(...args);
    };
    for (let i = 0; i < 100; i++) await memory.startWorkflow(`w-${i}`);
    await memory.forTenant("other").startWorkflow("w-0", { join: "if-exists" });
    expect(timers).toBe(1);
    clock.advance(minute);
    await settled();
    expect(shortTerm.tied("takeExpired")).toHaveLength(2);
    expect(timers).toBe(2);
  });

  it("stops looking where nothing lives any more, and begins anew with the next session", async () => {
    const { memory, shortTerm, clock } = openSessionMemory();
    await (await memory.startWorkflow("w")).end();
    for (let i = 0; i < 3; i++) {
      clock.advance(minute);
      await settled();
    }
    expect(shortTerm.tied("takeExpired")).toHaveLength(1);
    await memory.startWorkflow("w");
    clock.advance(minute);
    await settled();
    expect(shortTerm.tied("takeExpired")).toHaveLength(2);
  });

  it("goes on looking for what was started while it looked", async () => {
    const { memory, shortTerm, clock } = openSessionMemory();
    await (await memory.startWorkflow("w")).end();
    shortTerm.hook = async (method) => {
      if (method !== "takeExpired") return;
      shortTerm.hook = () => undefined;
      await memory.startWorkflow("w");
    };
    for (let i = 0; i < 2; i++) {
      clock.advance(minute);
      await settled();
    }
    expect(shortTerm.tied("takeExpired")).toHaveLength(2);
  });

  it("looks as often as it is told, or never", async () => {
    for (const [sweepInterval, looks] of [
      [5, 2],
      [null, 0],
    ] as const) {
      const { memory, shortTerm, clock } = openSessionMemory({ sweepInterval });
      await memory.startWorkflow("w");
      for (let i = 0; i < 2; i++) {
        clock.advance(5000);
        await settled();
      }
      expect(shortTerm.tied("takeExpired")).toHaveLength(looks);
    }
    expect(() => openSessionMemory({ sweepInterval: 0 })).toThrow(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path: "options.sweepInterval" }),
    );
  });

  it("tells of a look that failed, and looks again next time, at the other tenants at once", async () => {
    const { memory, shortTerm, clock } = openSessionMemory();
    await memory.startWorkflow("w");
    await memory.forTenant("other").startWorkflow("w2");
    const error = new MemoryError("MEM_UNAVAILABLE", "down");
    let times = 0;
    shortTerm.hook = (method) => {
      if (method === "takeExpired" && times++ === 0) throw error;
    };
    clock.advance(minute);
    await settled();
    expect(failures).toEqual([{ operation: expect.any(String), error }]);
    expect(times).toBe(2);
    shortTerm.expired = [expired(1)];
    clock.advance(minute);
    await settled();
    expect(times).toBe(4);
    expect(events).toHaveLength(1);
  });

  it("waits for a look that runs before it closes anything, and looks no more", async () => {
    const { memory, shortTerm, clock } = openSessionMemory();
    await memory.startWorkflow("w");
    const { promise, resolve } = Promise.withResolvers<void>();
    shortTerm.hook = async (method) => method === "takeExpired" && promise;
    shortTerm.expired = [expired(1)];
    clock.advance(minute);
    await settled();
    const closing = memory.close();
    await settled();
    expect(shortTerm.tied("close")).toHaveLength(0);
    resolve();
    await closing;
    expect(events).toHaveLength(1);
    expect(shortTerm.calls.at(-1)?.method).toBe("close");
    clock.advance(10 * minute);
    await settled();
    expect(shortTerm.calls.at(-1)?.method).toBe("close");
  });

  it("tells of the lifetime before one that it starts, where that timed out untold", async () => {
    const { memory, shortTerm } = openSessionMemory({ sweepInterval: null });
    shortTerm.before = aState("w", { brief: 7 });
    const workflow = await memory.startWorkflow("w");
    expect(events).toEqual([
      { event: "expired", tenantId: "default", state: aState("w", { brief: 7 }) },
    ]);
    expect(workflow.started).not.toHaveProperty("expired");
  });
});

describe("memory that no other process shares", () => {
  it("is not looked at, and has no timer for it, where nobody is to be told", async () => {
    unsubscribe("mem:session", onEvent);
    const { memory, clock, looks } = openAlone();
    const schedule = vi.spyOn(clock, "schedule");
    for (let i = 0; i < 100; i++) await memory.startWorkflow(`w-${i}`);
    expect(await looks()).toBe(0);
    expect(schedule).not.toHaveBeenCalled();
  });

  it("is looked at where somebody listens when a session starts", async () => {
    const { memory, looks } = openAlone();
    await memory.startWorkflow("w");
    expect(await looks()).toBe(1);
  });

  it("is looked at for a session that is recorded, by who starts it and by who joins it", async () => {
    unsubscribe("mem:session", onEvent);
    const starting = openAlone();
    await starting.memory.startWorkflow("w", { recordAs: "team" });
    expect(await starting.looks()).toBe(1);
    const joining = openAlone();
    const state = aState("w", { "mem:recordAs": "team" });
    joining.shortTerm.live.set("w", { ...state, created: true });
    await joining.memory.startWorkflow("w", { join: "must-exist" });
    expect(await joining.looks()).toBe(1);
  });
});
