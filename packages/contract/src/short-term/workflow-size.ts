import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Opened } from "./harness.ts";
import { saveOne, write } from "./samples.ts";
import {
  fillWorkflow,
  inSession,
  LAUNCH,
  LAUNCH_WRITER,
  sessionWrite,
  startWorkflow,
  TIMEOUT,
} from "./workflow-samples.ts";

const TEXT_BYTES = 1000;
const COUNT = 200;

export function measuresWorkflows(open: Opened): void {
  describe("the size of a workflow", () => {
    it("counts the entries and the log items of all its scopes, and of no other", async () => {
      const { backend } = await open();
      await startWorkflow(backend);
      expect(await backend.workflowSize(LAUNCH)).toEqual({
        entries: 0,
        logItems: 0,
        bytes: expect.any(Number),
      });
      await fillWorkflow(backend);
      await saveOne(backend, { ...LAUNCH_WRITER, workflowId: "launch:2" }, write("a"));
      await saveOne(backend, { tenantId: "acme", agentId: "launch" }, write("a"));
      await saveOne(backend, { ...LAUNCH, tenantId: "other" }, write("a"));
      expect(await backend.workflowSize(LAUNCH)).toMatchObject({ entries: 9, logItems: 6 });
    });

    it("follows what is replaced, dropped, removed and cleared", async () => {
      const { backend } = await open();
      await startWorkflow(backend);
      await fillWorkflow(backend);
      await saveOne(backend, LAUNCH_WRITER, sessionWrite("session"));
      await backend.delete(LAUNCH_WRITER, [{ key: "session" }, { key: "x" }]);
      await backend.clear(LAUNCH);
      const one = [{ id: "c", value: 1 }];
      await backend.append(LAUNCH, "chat", one, { maxItems: 1, ttlMs: "session" });
      await backend.edit(LAUNCH_WRITER, "chat", { id: "a" });
      await backend.edit(LAUNCH_WRITER, "chat", { id: "b", value: "better" });
      expect(await backend.workflowSize(LAUNCH)).toMatchObject({ entries: 5, logItems: 4 });
    });

    it("never counts what has expired", async () => {
      const { backend, advance } = await open();
      await startWorkflow(backend, { timeoutMs: 10 * TIMEOUT });
      await backend.save(LAUNCH_WRITER, [sessionWrite("a"), write("b", 1, { ttlMs: 1000 })]);
      const items = [{ id: "a", value: 1 }];
      await backend.append(LAUNCH, "chat", items, { maxItems: 10, ttlMs: 1000 });
      await backend.append(LAUNCH, "notes", items, { maxItems: 10, ttlMs: "session" });
      await advance(1000);
      expect(await backend.workflowSize(LAUNCH)).toMatchObject({ entries: 1, logItems: 1 });
    });

    it("says about how much memory is taken", async () => {
      const { backend } = await open();
      await startWorkflow(backend);
      const bytes = async (): Promise<number> => (await backend.workflowSize(LAUNCH))!.bytes;
      const text = (): string => randomBytes(TEXT_BYTES / 2).toString("hex");
      const expectGrowth = (before: number, after: number): void => {
        expect(after - before).toBeGreaterThan((COUNT * TEXT_BYTES) / 4);
        expect(after - before).toBeLessThan(COUNT * TEXT_BYTES * 4);
      };
      const empty = await bytes();
      const writes = Array.from({ length: COUNT }, (_, i) => write(`key ${i}`, text()));
      await backend.save(LAUNCH_WRITER, writes);
      const withEntries = await bytes();
      expectGrowth(empty, withEntries);
      const items = Array.from({ length: COUNT }, (_, i) => ({ id: `${i}`, value: text() }));
      await backend.append(LAUNCH, "chat", items, { maxItems: COUNT, ttlMs: "session" });
      expectGrowth(withEntries, await bytes());
      await backend.clear(LAUNCH_WRITER);
      expect(await bytes()).toBeLessThan(withEntries + COUNT * TEXT_BYTES);
    });

    it("is none where there is no live workflow", async () => {
      const { backend } = await open();
      await saveOne(backend, LAUNCH, write("a"));
      expect(await backend.workflowSize(LAUNCH)).toBeUndefined();
      await startWorkflow(backend);
      await backend.endWorkflow(LAUNCH, { keepData: true });
      expect(await backend.workflowSize(LAUNCH)).toBeUndefined();
    });

    it("is looked at without use of the session, unless tied to it", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      await advance(TIMEOUT / 2);
      await backend.workflowSize(LAUNCH);
      expect((await backend.getWorkflow(LAUNCH))?.expiresAt).toBe(started.expiresAt);
      await backend.workflowSize(LAUNCH, inSession(started));
      expect((await backend.getWorkflow(LAUNCH))!.expiresAt).toBeGreaterThan(started.expiresAt);
      await backend.endWorkflow(LAUNCH, {});
      await expectRejection(
        () => backend.workflowSize(LAUNCH, inSession(started)),
        "MEM_SESSION_ENDED",
      );
    });
  });
}
