import type { ExecutionRecord, JsonObject } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { OpenRecords } from "./harness.ts";
import { AGENT, ask, askIds, at, idsOf, record, series } from "./sample.ts";

export function returnsWhatWasAppended(open: OpenRecords): void {
  describe("append and query", () => {
    it("returns a record with every field as it was", async () => {
      const { store } = await open();
      const full: ExecutionRecord = {
        id: "run-1",
        timestamp: at(7),
        agentId: AGENT,
        workflowId: "spring-launch",
        tenantId: "acme",
        status: "error",
        input: { brief: "Spring", budget: 12.5 },
        output: ["draft", null, false],
        error: { name: "TimeoutError", message: "no answer" },
        durationMs: 1234.5,
        metadata: { model: "none", attempt: 2 },
        subject: "person:1",
      };
      await store.append([structuredClone(full)]);
      expect(await ask(store)).toStrictEqual([full]);
    });

    it("leaves out what the record did not have", async () => {
      const { store } = await open();
      await store.append([record(1)]);
      expect(await ask(store)).toStrictEqual([record(1)]);
    });

    it.each([null, 0, "", false, [], {}])("keeps %j apart from nothing", async (value) => {
      const { store } = await open();
      const sent = record(1, { input: value, output: value, error: value, durationMs: 0 });
      await store.append([structuredClone(sent)]);
      expect(await ask(store)).toStrictEqual([sent]);
    });

    it("has a record as soon as its append is acknowledged", async () => {
      const { store } = await open();
      for (const sent of series(20)) {
        await store.append([sent]);
        const [newest] = await ask(store, { order: "newest", limit: 1 });
        expect(newest?.id).toBe(sent.id);
      }
    });

    it("keeps the order of a batch", async () => {
      const { store } = await open();
      const batch = series(100).toReversed();
      await store.append(batch);
      expect(await askIds(store, { agentId: AGENT })).toEqual(idsOf(batch));
    });

    it("takes a batch of several agents", async () => {
      const { store } = await open();
      const batch = series(30).map((sent, n) => ({ ...sent, agentId: `agent-${n % 3}` }));
      await store.append(batch);
      expect(await ask(store, { agentId: "agent-1" })).toStrictEqual(
        batch.filter(({ agentId }) => agentId === "agent-1"),
      );
      expect(await ask(store)).toStrictEqual(batch);
    });

    it("accepts an empty batch", async () => {
      const { store } = await open();
      await store.append([]);
      expect(await ask(store)).toEqual([]);
    });

    it("answers for an agent and a tenant that it never heard of", async () => {
      const { store } = await open();
      await store.append([record(1)]);
      expect(await ask(store, { agentId: "nobody" })).toEqual([]);
      expect(await ask(store, { tenantId: "nobody" })).toEqual([]);
    });

    it("hands out what belongs to the caller", async () => {
      const { store } = await open();
      await store.append([record(1, { input: { list: [1] }, metadata: { kept: true } })]);
      const [first] = (await ask(store)) as [ExecutionRecord];
      (first.input as { list: number[] }).list.push(2);
      (first.metadata as JsonObject)["kept"] = false;
      const [second] = await ask(store);
      expect(second?.input).toEqual({ list: [1] });
      expect(second?.metadata).toEqual({ kept: true });
    });
  });
}
