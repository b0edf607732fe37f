import { createManualClock } from "@mem/core";
import { expect, it } from "vitest";
import { createMemoryBackend } from "../src/index.ts";

it("a session that ends and keeps its data shortens no log that was to live longer", async () => {
  const clock = createManualClock();
  await using backend = createMemoryBackend({ clock });
  const workflow = { tenantId: "acme", workflowId: "launch" };
  const append = (id: string, ttlMs: number | null | "session"): Promise<unknown> =>
    backend.append(workflow, id.charAt(0), [{ id, value: id }], { maxItems: 10, ttlMs });
  const left = async (log: string): Promise<number> =>
    (await backend.read(workflow, log, { limit: 10 })).length;

  const start = { timeoutMs: 1000, metadata: {}, join: "never", opId: "start" } as const;
  const { epoch } = await backend.startWorkflow(workflow, start);
  await append("a1", 60_000);
  await append("a2", "session");
  await append("b1", "session");
  await append("b2", null);
  await append("c1", "session");
  await backend.endWorkflow(workflow, { epoch, keepData: true });

  clock.advance(1001);
  expect([await left("a"), await left("b"), await left("c")]).toEqual([2, 2, 0]);
  clock.advance(60_000);
  expect([await left("a"), await left("b")]).toEqual([0, 2]);
});
