import { createMemoryBackend } from "@mem/backend-memory";
import {
  createManualClock,
  type Scope,
  type ShortTermBackend,
  type ShortTermWrite,
} from "@mem/core";
import { describe, expect, it } from "vitest";
import { createClockwork } from "../src/clockwork.ts";
import { Tenant } from "../src/tenant.ts";

const SECOND = 1000;
const WRITER: Scope = { tenantId: "acme", agentId: "writer" };
const LAUNCH = { tenantId: "acme", workflowId: "launch" };

function write(key: string, ttlMs: ShortTermWrite["ttlMs"]): ShortTermWrite {
  return { key, value: { key }, ttlMs, source: "agent" };
}

/** The number of tenants kept: a tenant is forgotten when nothing of it is left. */
async function keptTenants(backend: ShortTermBackend): Promise<unknown> {
  return (await backend.health()).details["tenants"];
}

describe("freeing", () => {
  it("frees what has expired within a second, without a read", () => {
    const clock = createManualClock();
    let empty = false;
    const tenant = new Tenant(createClockwork(clock), "acme", () => (empty = true));
    const { entries } = tenant.openSpace(WRITER);
    for (let i = 0; i < 1000; i++) entries.save(write(`key ${i}`, 5 * SECOND + i));
    clock.advance(5 * SECOND);
    expect(tenant.entries).toBe(1000);
    clock.advance(SECOND);
    expect(tenant.entries).toBe(0);
    expect(empty).toBe(true);
  });

  it("frees on the machine's clock, too", async () => {
    await using backend = createMemoryBackend();
    await backend.save(WRITER, [write("plan", 20), write("brief", 1100)]);
    await expect.poll(() => keptTenants(backend)).toBe(0);
  });

  it("forgets a tenant with its last entry, log and workflow, and what there is to tell of that", async () => {
    const clock = createManualClock();
    await using backend = createMemoryBackend({ clock });
    const start = { timeoutMs: 30 * SECOND, metadata: {}, join: "never", opId: "start" } as const;
    await backend.save(WRITER, [write("plan", 10 * SECOND)]);
    await backend.append(WRITER, "chat", [{ id: "a", value: 1 }], {
      maxItems: 5,
      ttlMs: 20 * SECOND,
    });
    await backend.startWorkflow(LAUNCH, start);
    await backend.save(LAUNCH, [write("plan", "session"), write("brief", null)]);
    for (const [after, kept] of [
      [25 * SECOND, 1],
      [30 * SECOND, 1],
      [89 * SECOND, 1],
      [91 * SECOND, 0],
    ] as const) {
      clock.advance(after - clock.monotonic());
      expect(await keptTenants(backend)).toBe(kept);
    }
  });

  it("keeps nothing of what was deleted, cleared, refused or ended", async () => {
    await using backend = createMemoryBackend({ clock: createManualClock() });
    for (let i = 0; i < 200; i++) {
      const tenantId = `tenant ${i}`;
      const scope = { tenantId, agentId: "writer" };
      const workflow = { tenantId, workflowId: "launch" };
      await backend.save(scope, [write("a", null), write("b", SECOND), write("c", null)]);
      await backend.delete(scope, [{ key: "a" }, { key: "b" }]);
      await backend.clear(scope);
      await backend.save(scope, [{ ...write("d", null), ifVersion: "none" }]);
      await backend.append(scope, "nothing", [], { maxItems: 5, ttlMs: null });
      await backend.append(workflow, "chat", [{ id: "a", value: 1 }], { maxItems: 5, ttlMs: null });
      await backend.startWorkflow(workflow, {
        timeoutMs: SECOND,
        metadata: {},
        join: "never",
        opId: "s",
      });
      await backend.save(workflow, [write("a", "session"), write("b", null), write("c", SECOND)]);
      await backend.endWorkflow(workflow, {});
    }
    expect(await keptTenants(backend)).toBe(0);
  });

  it("does not stay behind reads of what is not there", async () => {
    await using backend = createMemoryBackend();
    await backend.get(WRITER, ["plan"]);
    await backend.list(WRITER, { limit: 10 });
    await backend.read(WRITER, "chat", { limit: 10 });
    await backend.getWorkflow(LAUNCH);
    await backend.endWorkflow(LAUNCH, { keepData: true });
    expect(await keptTenants(backend)).toBe(0);
  });
});
