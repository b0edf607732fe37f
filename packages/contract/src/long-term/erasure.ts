import type { ErasureRequest, LongTermEntry, LongTermStore, Scope } from "@mem/core";
import { describe, expect, it } from "vitest";
import { NASTY_IDS } from "../nasty-ids.ts";
import type { Open } from "./harness.ts";
import { allRevisions } from "./history.ts";
import { allEntries } from "./portable-samples.ts";
import { agent, agents, allKeys, keysOf, query, team, TENANT, write, writes } from "./samples.ts";

const scope = agent("clerk");
const plan: ErasureRequest = { scope, key: "plan" };

export function erases(open: Open): void {
  describe("erasing an entry", () => {
    it("takes it out of every answer, and says what went", async () => {
      const { store, reopen } = await open();
      await store.save(scope, [write("plan", { text: "autumn" })]);
      await store.save(scope, [write("plan", { text: "winter" })]);
      const revisions = await countRevisions(store, scope, "plan");
      expect(await store.erase(plan)).toEqual({
        id: expect.any(String),
        at: expect.any(Number),
        dryRun: false,
        entries: [{ agentId: "clerk", key: "plan" }],
        revisions,
      });
      for (const opening of [async () => store, reopen]) {
        const each = await opening();
        expect(await each.get(scope, ["plan"])).toEqual([undefined]);
        expect(await allKeys(each, scope)).toEqual([]);
        expect(await each.count(scope)).toBe(0);
        expect(await each.search(agents("clerk"), query("autumn winter"))).toEqual([]);
        expect(await allEntries(each)).toEqual([]);
        expect(await countRevisions(each, scope, "plan")).toBe(0);
        expect(await each.erase(plan)).toMatchObject({ entries: [], revisions: 0 });
      }
    });

    it("leaves every other as it was", async () => {
      const { store } = await open();
      const others: readonly Scope[] = [
        agent("clerk", "plan"),
        agent("plan"),
        team("clerk"),
        { ...scope, tenantId: "other" },
      ];
      await store.save(scope, writes(["plan", "pla", "plan2", "brief"]));
      for (const other of others) await store.save(other, writes(["plan"]));
      const before = await everything(store, [scope, ...others]);
      await store.erase(plan);
      expect(await everything(store, [scope, ...others])).toEqual([
        before[0]!.filter(({ key }) => key !== "plan"),
        ...before.slice(1),
      ]);
    });

    it("works whatever its name is", async () => {
      const { store } = await open();
      await store.save(scope, writes(NASTY_IDS));
      const before = await allKeys(store, scope, { limit: 100 });
      const erased = NASTY_IDS.filter((_, i) => i % 5 === 0);
      for (const key of erased) {
        expect((await store.erase({ scope, key })).entries).toEqual([{ agentId: "clerk", key }]);
      }
      const left = before.filter((key) => !erased.includes(key));
      expect(await allKeys(store, scope, { limit: 100 })).toEqual(left);
    });

    it("leaves room for another of its name, which has nothing of it", async () => {
      const { store } = await open();
      await store.save(scope, [write("plan", { metadata: { old: true }, opId: "op" })]);
      const [old] = await store.get(scope, ["plan"]);
      await store.erase(plan);
      const [result] = await store.save(scope, [write("plan", { opId: "op", ifAbsent: true })]);
      expect(result).toEqual({ stored: true, version: expect.any(String) });
      expect(result?.version).not.toBe(old?.version);
      expect((await store.get(scope, ["plan"]))[0]).not.toHaveProperty("metadata");
      expect(await countRevisions(store, scope, "plan")).toBe(store.capabilities.history ? 1 : 0);
    });

    it("finds what only history knows", async () => {
      const { store } = await open();
      if (!store.capabilities.history) return;
      await store.save(scope, writes(["plan"]));
      await store.delete(scope, [{ key: "plan" }]);
      expect(await store.erase(plan)).toMatchObject({
        entries: [{ agentId: "clerk", key: "plan" }],
        revisions: 2,
      });
      expect(await allRevisions(store, scope, "plan")).toEqual([]);
    });

    it("loses nothing that is saved meanwhile", async () => {
      const { store } = await open();
      await store.save(scope, writes(["plan"]));
      const keys = Array.from({ length: 20 }, (_, i) => `key-${i}`);
      await Promise.all([
        store.erase(plan),
        ...keys.map((key) => store.save(scope, writes([key]))),
      ]);
      expect(await allKeys(store, scope)).toEqual(keys.toSorted());
    });

    it("is seen by another handle", async () => {
      const { store, another } = await open();
      if (another === undefined || !store.capabilities.shared) return;
      await store.save(scope, [write("plan", { text: "autumn" })]);
      const second = await another();
      expect(await second.search(agents("clerk"), query("autumn"))).toHaveLength(1);
      await store.erase(plan);
      expect(await second.get(scope, ["plan"])).toEqual([undefined]);
      expect(await second.search(agents("clerk"), query("autumn"))).toEqual([]);
      await second.save(scope, writes(["brief"]));
      expect(await allKeys(store, scope)).toEqual(["brief"]);
    });
  });

  describe("erasing what is about a person", () => {
    it("takes it wherever it is in the tenant", async () => {
      const { store } = await open();
      await saveAbout(store, "person:1");
      const { entries } = await store.erase({ tenantId: TENANT, subject: "person:1" });
      expect(entries.map(({ agentId, workflowId, key }) => [agentId, workflowId, key])).toEqual(
        expect.arrayContaining([
          ["clerk", undefined, "plan"],
          ["clerk", "w1", "plan"],
          ["other", undefined, "plan"],
          [undefined, "w1", "plan"],
        ]),
      );
      expect(entries).toHaveLength(4);
      const left = (await allEntries(store)).map(({ entry }) => entry.subject ?? "nobody");
      expect(left.toSorted()).toEqual(["nobody", "person:1", "person:10"]);
      expect((await allEntries(store, { tenantId: "other" })).length).toBe(1);
      expect(keysOf(await store.search(agents("clerk"), query("autumn")))).not.toContain("plan");
    });

    it("takes only one agent's where that is asked for", async () => {
      const { store } = await open();
      await saveAbout(store, "person:1");
      const request = { tenantId: TENANT, agentId: "clerk", subject: "person:1" };
      expect((await store.erase(request)).entries).toHaveLength(2);
      expect(await store.count(agent("other"))).toBe(1);
      expect(await store.count(team("w1"))).toBe(1);
    });

    it("takes what history keeps about them, and nothing else", async () => {
      const { store } = await open();
      if (!store.capabilities.history) return;
      await store.save(scope, [write("gone", { subject: "person:1" })]);
      await store.delete(scope, [{ key: "gone" }]);
      await store.save(scope, [write("passed on", { subject: "person:1" })]);
      await store.save(scope, [write("passed on", { subject: "person:2" })]);
      const { entries } = await store.erase({ tenantId: TENANT, subject: "person:1" });
      expect(entries.map(({ key }) => key).toSorted()).toEqual(["gone", "passed on"]);
      expect(await allRevisions(store, scope, "gone")).toEqual([]);
      expect((await allRevisions(store, scope, "passed on")).map(({ entry }) => entry)).toEqual(
        await store.get(scope, ["passed on"]),
      );
    });

    it("finds nothing where nothing is about them", async () => {
      const { store } = await open();
      await store.save(scope, writes(["plan"]));
      for (const subject of ["plan", "clerk", "undefined", "%", "*", "' OR '1'='1"]) {
        expect(await store.erase({ tenantId: TENANT, subject })).toMatchObject({ entries: [] });
      }
      expect(await store.count(scope)).toBe(1);
    });
  });

  describe("a dry run", () => {
    it("says what would go, and changes nothing", async () => {
      const { store } = await open();
      await saveAbout(store, "person:1");
      const before = await allEntries(store);
      const request = { tenantId: TENANT, subject: "person:1" };
      const dry = await store.erase(request, { dryRun: true });
      expect(dry.dryRun).toBe(true);
      expect(await allEntries(store)).toEqual(before);
      const done = await store.erase(request);
      expect({ ...dry, entries: new Set(dry.entries) }).toEqual({
        ...done,
        dryRun: true,
        id: expect.any(String),
        at: expect.any(Number),
        entries: new Set(done.entries),
      });
      expect(dry.id).not.toBe(done.id);
    });
  });

  describe("an erasure that does not say what is to go", () => {
    it.each<[string, unknown]>([
      ["nothing", undefined],
      ["a tenant alone", { tenantId: TENANT }],
      ["a subject that is undefined", { tenantId: TENANT, subject: undefined }],
      ["an agent that is undefined", { tenantId: TENANT, agentId: undefined, subject: "person:1" }],
      ["a scope alone", { scope }],
      ["an empty key", { scope, key: "" }],
      ["an entry and a subject", { scope, key: "plan", subject: "person:1" }],
    ])("is refused: %s", async (_, request) => {
      const { store } = await open();
      await saveAbout(store, "person:1");
      const before = await allEntries(store);
      await expect(store.erase(request as ErasureRequest)).rejects.toMatchObject({
        code: "MEM_INVALID_ARGUMENT",
        outcome: "not-applied",
      });
      expect(await allEntries(store)).toEqual(before);
    });
  });
}

/** Four entries about a person, and three that are not. */
async function saveAbout(store: LongTermStore, subject: string): Promise<void> {
  const about = [write("plan", { subject, text: "autumn" })];
  await store.save(scope, about);
  await store.save(agent("clerk", "w1"), about);
  await store.save(agent("other"), about);
  await store.save(team("w1"), about);
  await store.save(scope, [write("none"), write("like", { subject: `${subject}0` })]);
  await store.save({ ...scope, tenantId: "other" }, about);
}

async function everything(
  store: LongTermStore,
  scopes: readonly Scope[],
): Promise<LongTermEntry[][]> {
  return Promise.all(
    scopes.map(async (each) => [...(await store.list(each, { limit: 100 })).items]),
  );
}

async function countRevisions(store: LongTermStore, where: Scope, key: string): Promise<number> {
  return store.capabilities.history ? (await allRevisions(store, where, key)).length : 0;
}
