import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, team, texts, write, writes } from "./samples.ts";
import { createScriptedEmbedder } from "./scripted-embedder.ts";

const scope = agent("auditor");

export function verifies(open: Open): void {
  describe("verification", () => {
    it("reads every entry of every tenant once, and finds nothing wrong with a sound store", async () => {
      const { store, reopen } = await open();
      expect(await store.verify()).toEqual({ entries: 0, problems: [] });
      await store.save(scope, writes(["plan", "brief", "draft"]));
      await store.save(scope, [write("plan", { value: { deep: ["ü\0", -1.5e-7] } })]);
      await store.save(team("w1"), writes(["plan"]));
      await store.save({ ...scope, tenantId: "other" }, writes(["plan"]));
      await store.delete(scope, [{ key: "brief" }]);
      await store.erase({ scope, key: "draft" });
      expect(await store.verify()).toEqual({ entries: 3, problems: [] });
      await store.flush();
      expect(await store.verify()).toEqual({ entries: 3, problems: [] });
      expect(await (await reopen()).verify()).toEqual({ entries: 3, problems: [] });
    });

    it("takes vectors that are there, and those that are still to come, for sound", async () => {
      const { store } = await open({ embedder: createScriptedEmbedder() });
      await store.save(scope, texts("autumn", "winter"));
      await store.flush();
      await store.save(scope, [write("new", { text: "spring" })]);
      expect(await store.verify()).toEqual({ entries: 3, problems: [] });
    });
  });
}
