import { isMemoryError, type ExecutionRecord } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { OpenRecords } from "./harness.ts";
import { NASTY_NAMES } from "./names.ts";
import { ask, askIds, record, series, TENANT } from "./sample.ts";

export function keepsScopesApart(open: OpenRecords): void {
  describe("scope", () => {
    it("keeps any two agents apart", async () => {
      const { store } = await open();
      const sent = NASTY_NAMES.map((agentId, n) => record(n, { agentId }));
      await store.append(sent);
      for (const each of sent) {
        expect(await ask(store, { agentId: each.agentId })).toStrictEqual([each]);
      }
      expect(await ask(store)).toStrictEqual(sent);
    });

    it("keeps any two tenants apart", async () => {
      const { store } = await open();
      const sent = NASTY_NAMES.map((tenantId, n) => record(n, { tenantId }));
      for (const each of sent) await store.append([each]);
      for (const each of sent) {
        const { tenantId } = each;
        expect(await ask(store, { tenantId })).toStrictEqual([each]);
        expect(await ask(store, { tenantId, agentId: each.agentId })).toStrictEqual([each]);
        expect(await store.stats(tenantId, {})).toMatchObject([{ records: 1 }]);
      }
    });

    it("keeps any two workflows apart", async () => {
      const { store } = await open();
      const sent = NASTY_NAMES.map((workflowId, n) => record(n, { workflowId }));
      await store.append(sent);
      for (const each of sent) {
        const question = { workflowId: each.workflowId as string };
        expect(await ask(store, question)).toStrictEqual([each]);
        expect(await store.stats(TENANT, question)).toMatchObject([{ records: 1 }]);
      }
    });

    it("does not let a name flow from the tenant into the agent", async () => {
      const { store } = await open();
      const scopes = [
        ["a", "b:c"],
        ["a:b", "c"],
        ["a", "b/c"],
        ["a/b", "c"],
        ["default", "@a/b"],
        ["a", "b"],
        ["@a", "b"],
        ["default", "a"],
        ["a", "default"],
      ] as const;
      const sent = scopes.map(([tenantId, agentId], n) => record(n, { tenantId, agentId }));
      for (const each of sent) await store.append([each]);
      for (const each of sent) {
        const { tenantId, agentId } = each;
        expect(await ask(store, { tenantId, agentId })).toStrictEqual([each]);
      }
      expect(await askIds(store, { tenantId: "a" })).toEqual(idsOfTenant(sent, "a"));
    });

    it("answers a foreign record's id like one that does not exist", async () => {
      const { store } = await open();
      await store.append(series(3, { tenantId: "other" }));
      await store.append([record(7)]);
      expect(await ask(store, { id: "record-0001" })).toEqual([]);
      expect(await askIds(store, { id: "record-0001", tenantId: "other" })).toHaveLength(1);
    });

    it.each(["agentId", "workflowId", "id", "status"])(
      "does not take an empty %s in a query for none at all",
      async (name) => {
        const { store } = await open();
        await store.append([record(1, { workflowId: "spring" })]);
        const found = await ask(store, { [name]: "" }).catch((error: unknown) => {
          if (isMemoryError(error, "MEM_INVALID_ARGUMENT")) return [];
          throw error;
        });
        expect(found).toEqual([]);
      },
    );

    it("leaves prototypes alone", async () => {
      const { store } = await open();
      const before = Reflect.ownKeys(Object.prototype);
      await store.append([record(1, { agentId: "__proto__", tenantId: "__proto__" })]);
      await ask(store, { tenantId: "__proto__", agentId: "__proto__", status: "__proto__" });
      expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    });
  });
}

function idsOfTenant(records: readonly ExecutionRecord[], tenant: string): string[] {
  return records.filter(({ tenantId }) => tenantId === tenant).map(({ id }) => id);
}
