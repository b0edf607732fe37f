import type { LongTermStore, LongTermWrite, Scope } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import {
  agent,
  agents,
  allKeys,
  keysOf,
  query,
  team,
  TENANT,
  texts,
  write,
  writes,
} from "./samples.ts";

/** Names that leak, collide or break something in stores that join, quote or walk them carelessly. */
const NASTY: readonly string[] = [
  ..."a|b|a:b|b:c|1|10|01|A|a |é|e\u0301|.|..|../a|a/b|a\\b|~|%|%2e|%2E|*|?|[a]|{a}|(a)|,|;|--|#".split(
    "|",
  ),
  ..."__proto__|constructor|prototype|toString|hasOwnProperty|null|undefined|0|-1|NaN|true".split(
    "|",
  ),
  ..."'|''|\"|`|';--|' OR '1'='1|$ne|$where|NULL|CON|nul.txt".split("|"),
  "|",
  "\0",
  "a\0",
  "\n",
  "\u2028",
  "\u200D",
  "\u{1F9D1}\u200D\u{1F680}",
  "\uFFFD",
  "\u{10FFFF}",
  "x".repeat(300),
];

export function keepsScopesApart(open: Open): void {
  describe("isolation", () => {
    it("keeps scopes apart, whatever their names", async () => {
      const { store } = await open();
      const scopes = NASTY.flatMap((name): Scope[] => [
        { tenantId: name, agentId: "a" },
        { tenantId: TENANT, agentId: name },
        { tenantId: TENANT, workflowId: name },
        { tenantId: TENANT, workflowId: name, agentId: "a" },
        { tenantId: TENANT, workflowId: "w", agentId: name },
        { tenantId: name, workflowId: name, agentId: name },
      ]);
      await Promise.all(
        scopes.map((scope, i) => store.save(scope, [write("key", { value: i, text: "word" })])),
      );
      for (const [i, scope] of scopes.entries()) {
        const [entry] = await store.get(scope, ["key"]);
        expect(entry).toMatchObject({ value: i, ...ownerOf(scope) });
        expect(await store.count(scope)).toBe(1);
      }
      expect(await store.stats("' OR '1'='1")).toMatchObject({ entries: 2, pendingVectors: 0 });
      const even = scopes.filter((_, i) => i % 2 === 0);
      const odd = scopes.filter((_, i) => i % 2 === 1);
      const cleared = await Promise.all(even.map((scope) => store.clear(scope)));
      expect(new Set(cleared)).toEqual(new Set([1]));
      for (const scope of even) expect(await allKeys(store, scope)).toEqual([]);
      for (const scope of odd) expect(await allKeys(store, scope)).toEqual(["key"]);
    });

    it("keeps keys apart, whatever they are", async () => {
      const { store } = await open();
      await store.save(agent("a"), writes(NASTY));
      const entries = await store.get(agent("a"), NASTY);
      expect(entries.map((entry) => entry?.value)).toEqual(NASTY);
      expect(await store.count(agent("a"))).toBe(NASTY.length);
      const gone = await store.delete(agent("a"), [{ key: "a" }, { key: "' OR '1'='1" }]);
      expect(gone).toEqual([true, true]);
      expect(await store.count(agent("a"))).toBe(NASTY.length - 2);
      expect(Object.hasOwn(Object.prototype, "value")).toBe(false);
    });

    it("searches nasty names as what they are", async () => {
      const { store } = await open();
      await Promise.all(
        NASTY.flatMap((name) => [
          store.save(agent(name), [write(name, { text: "word" })]),
          store.save(team(name), [write(name, { text: "word" })]),
        ]),
      );
      for (const name of NASTY) {
        const own = await store.search(agents(name), query("word"));
        const shared = await store.search({ tenantId: TENANT, workflowId: name }, query("word"));
        expect(own).toMatchObject([{ key: name, agentId: name }]);
        expect(shared).toMatchObject([{ key: name, workflowId: name }]);
      }
    });
  });

  describe("the scope of a search", () => {
    it("is an agent in any workflow", async () => {
      const hits = await (await openFilled(open)).search(agents("ann"), query("budget"));
      expect(keysOf(hits)).toEqual(["in-w1", "in-w2", "own"]);
    });

    it("is an agent in one workflow", async () => {
      const store = await openFilled(open);
      const scope = { tenantId: TENANT, agentIds: ["ann"], workflowId: "w1" };
      expect(keysOf(await store.search(scope, query("budget")))).toEqual(["in-w1"]);
    });

    it("is several agents, each named once or more", async () => {
      const store = await openFilled(open);
      const hits = await store.search(agents("ann", "bob", "ann"), query("budget"));
      expect(keysOf(hits)).toEqual(["bobs", "bobs-in-w1", "in-w1", "in-w2", "own"]);
    });

    it("is what a team shares", async () => {
      const store = await openFilled(open);
      const hits = await store.search({ tenantId: TENANT, workflowId: "w1" }, query("budget"));
      expect(keysOf(hits)).toEqual(["team-w1"]);
    });

    it("is empty where nobody wrote", async () => {
      const store = await openFilled(open);
      expect(await store.search(agents("carl"), query("budget"))).toEqual([]);
      expect(await store.search({ tenantId: "none", agentIds: ["ann"] }, query("budget"))).toEqual(
        [],
      );
    });
  });

  it("keeps scores free of what others store", async () => {
    const { store } = await open();
    await store.save(agent("ann"), texts("autumn budget plan", "budget", "autumn leaves fall"));
    const before = await store.search(agents("ann"), query("autumn budget"));
    const noise = texts(...Array.from({ length: 60 }, (_, i) => `budget budget number ${i}`));
    await store.save({ tenantId: "other", agentId: "ann" }, noise);
    await store.save(agent("bob"), noise);
    await store.save(team("w1"), noise);
    await store.flush();
    expect(await store.search(agents("ann"), query("autumn budget"))).toEqual(before);
  });

  it("keeps the same key apart in a workflow, in another and outside", async () => {
    const { store } = await open();
    const scopes = [agent("ann"), agent("ann", "w1"), agent("ann", "w2"), team("w1")];
    for (const [i, scope] of scopes.entries())
      await store.save(scope, [write("plan", { value: i })]);
    await store.delete(agent("ann", "w1"), [{ key: "plan" }]);
    const found = await Promise.all(scopes.map((scope) => store.get(scope, ["plan"])));
    expect(found.map(([entry]) => entry?.value)).toEqual([0, undefined, 2, 3]);
  });
}

/** What an entry says of its scope: everything but the tenant. */
function ownerOf({ workflowId, agentId }: Scope): object {
  return {
    ...(workflowId !== undefined && { workflowId }),
    ...(agentId !== undefined && { agentId }),
  };
}

/** Opens a store with one entry in each scope that a search may cover or must not, all with the same text. */
async function openFilled(open: Open): Promise<LongTermStore> {
  const { store } = await open();
  await store.save(agent("ann"), budget("own"));
  await store.save(agent("ann", "w1"), budget("in-w1"));
  await store.save(agent("ann", "w2"), budget("in-w2"));
  await store.save(agent("bob"), budget("bobs"));
  await store.save(agent("bob", "w1"), budget("bobs-in-w1"));
  await store.save(team("w1"), budget("team-w1"));
  await store.save({ tenantId: "other", agentId: "ann" }, budget("foreign"));
  await store.save({ tenantId: "other", workflowId: "w1" }, budget("foreign"));
  return store;
}

function budget(key: string): LongTermWrite[] {
  return [write(key, { text: "budget" })];
}
