import { parseJson } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { OpenRecords } from "./harness.ts";
import { ask, record, series } from "./sample.ts";

export function tellsItsHealth(open: OpenRecords): void {
  describe("health", () => {
    it("declares what it is", async () => {
      const { store } = await open();
      expect(store.name).toEqual(expect.any(String));
      expect(store.name).not.toBe("");
      expect(["process", "server", "disk"]).toContain(store.capabilities.durability);
      expect(store.capabilities.shared).toEqual(expect.any(Boolean));
    });

    it.each([0, 5])("is well with %i records", async (count) => {
      const { store } = await open();
      await store.append(series(count));
      const health = await store.health();
      expect(health).toMatchObject({
        status: "ok",
        backend: store.name,
        durability: store.capabilities.durability,
        messages: [],
      });
      expect(parseJson(JSON.stringify(health.details))).toEqual(health.details);
    });

    it("changes nothing", async () => {
      const { store } = await open();
      await store.append([record(1)]);
      await store.health();
      expect(await ask(store)).toStrictEqual([record(1)]);
    });
  });
}
