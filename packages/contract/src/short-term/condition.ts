import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { Opened } from "./harness.ts";
import { saveOne, valueOf, write, WRITER } from "./samples.ts";
import { LAUNCH, sessionWrite, startWorkflow } from "./workflow-samples.ts";

export function reportsItsCondition(open: Opened): void {
  describe("health, capabilities and errors", () => {
    it("has a name and says what an acknowledged write survives", async () => {
      const { backend } = await open();
      expect(backend.name).toMatch(/\S/);
      expect(["process", "server", "disk"]).toContain(backend.capabilities.durability);
      expect(backend.capabilities.shared).toEqual(expect.any(Boolean));
    });

    it("reports its health as it declares itself, and changes nothing by it", async () => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("plan"));
      expect(await backend.health()).toEqual({
        status: "ok",
        backend: backend.name,
        durability: backend.capabilities.durability,
        messages: expect.any(Array),
        details: expect.any(Object),
      });
      expect(await valueOf(backend, WRITER, "plan")).toBe("plan");
    });

    it("is healthy before anybody has used it", async () => {
      const { backend } = await open();
      expect(await backend.health()).toMatchObject({ status: "ok", backend: backend.name });
    });

    it("never puts what was to be stored into an error", async () => {
      const { backend } = await open();
      const secret = { metadata: { note: "classified" }, subject: "classified" };
      const value = { text: "classified" };
      const item = { id: "a", value };
      const bounds = { maxItems: 10, ttlMs: "session" } as const;
      const start = { metadata: { goal: "classified" } };
      await startWorkflow(backend, start, { tenantId: "acme", workflowId: "live" });
      await saveOne(backend, WRITER, write("said", "classified"));
      const errors = await Promise.all(
        [
          backend.save(LAUNCH, [sessionWrite("plan", { value, ...secret })]),
          backend.append(LAUNCH, "chat", [item], bounds),
          backend.save({} as never, [write("plan", value, secret)]),
          backend.save(WRITER, [write("plan", value, secret)], { signal: AbortSignal.abort() }),
          startWorkflow(backend, start, { tenantId: "acme", workflowId: "live" }),
          backend.list(WRITER, { limit: 1, cursor: "classified" }),
          backend.increment(WRITER, { key: "said", by: 1, ttlMs: null }),
        ].map((call) => call.then(String, (error: unknown) => error)),
      );
      expect(errors.every((error) => error instanceof Error)).toBe(true);
      expect(inspect(errors, { depth: 20, showHidden: true })).not.toContain("classified");
    });
  });
}
