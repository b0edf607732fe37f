import { createMemoryBackend } from "@mem/backend-memory";
import type { Clock, Scope, ShortTermBackend } from "@mem/core";
import { describe, expect, it } from "vitest";

const WRITER: Scope = { tenantId: "acme", agentId: "writer" };

/** A backend with more to free than fits into a slice; each look at its clock takes time. */
async function withBacklog(): Promise<ShortTermBackend> {
  let time = 0;
  const clock: Clock = {
    now: () => time,
    monotonic: () => (time += 0.1),
    schedule: () => () => {},
  };
  const backend = createMemoryBackend({ clock });
  const writes = Array.from({ length: 10_000 }, (_, i) => {
    return { key: `${i}`, value: i, ttlMs: 20_000, source: "agent" } as const;
  });
  await backend.save(WRITER, [...writes, { ...writes[0]!, key: "stays", ttlMs: null }]);
  time += 60_000;
  return backend;
}

describe("a call that has to free a backlog before it can count", () => {
  it("answers exactly", async () => {
    await using backend = await withBacklog();
    expect(await backend.count(WRITER)).toBe(1);
    expect(await backend.stats("acme")).toEqual({ entries: 1, workflows: 0 });
  });

  it("can be given up", async () => {
    await using backend = await withBacklog();
    const controller = new AbortController();
    const counted = backend.count(WRITER, { signal: controller.signal });
    controller.abort();
    await expect(counted).rejects.toMatchObject({ code: "MEM_ABORTED", outcome: "not-applied" });
  });

  it("ends with the backend", async () => {
    const backend = await withBacklog();
    const counted = backend.stats("acme");
    await backend.close();
    await expect(counted).rejects.toMatchObject({ code: "MEM_CLOSED" });
  });
});
