import { where, type LongTermEntry } from "@mem/core";
import { describe, expect, it } from "vitest";
import { listPage } from "../src/reading/listing.ts";
import { Overlay } from "../src/log/overlay.ts";
import { RememberedAnswers } from "../src/reading/remembered-answers.ts";
import { getEntries, getKnown } from "../src/reading/retrieval.ts";
import { rowId } from "../src/table/row.ts";
import { Search } from "../src/search/search.ts";
import { here, query, scope, write } from "./fixtures.ts";
import { analyzer, makeTable, makeView, openDatabase, type Placed } from "./view.ts";

const asked = Float32Array.from([1, 0, 0, 0]);

function placed(key: string, fields: Partial<Placed> & { text?: string } = {}): Placed {
  const { text = "", ...rest } = fields;
  const made = write(key, { text, value: { list: [1] } });
  return { scope, write: made, version: `v-${key}`, createdAt: 1, updatedAt: 1, ...rest };
}

function change(overlay: Overlay, key: string, isDeleted = false): void {
  const saved = { write: write(key), version: "new", createdAt: undefined, updatedAt: 9 };
  overlay.put(scope, key, { entry: isDeleted ? undefined : saved, position: "p", bytes: 1 });
}

function near(i: number): Float32Array {
  return Float32Array.from([1, i / 10, 0, 0]);
}

describe("a get", () => {
  it("keeps what it read, and that there was nothing", async () => {
    const view = makeView(await makeTable(await openDatabase(), [placed("a")]));
    expect(getKnown(view, scope, ["a"])).toBeUndefined();
    const read = await getEntries(view, scope, ["a", "b"]);
    expect(read).toMatchObject([{ key: "a", version: "v-a" }, undefined]);
    expect(getKnown(view, scope, ["a", "b"])).toEqual(read);
    expect(view.cache.stats).toMatchObject({ hits: 2, misses: 2, entries: 2 });
  });

  it("hands out nothing that stays in memory", async () => {
    const overlay = new Overlay();
    const view = makeView(await makeTable(await openDatabase(), [placed("a")]), overlay);
    const entry = { write: placed("b").write, version: "v", createdAt: 1, updatedAt: 1 };
    overlay.put(scope, "b", { entry, position: "p", bytes: 1 });
    for (let i = 0; i < 2; i++) {
      const entries = await getEntries(view, scope, ["a", "b"]);
      expect(entries.map((each) => each?.value)).toEqual([{ list: [1] }, { list: [1] }]);
      for (const each of entries) (each as LongTermEntry<{ list: number[] }>).value.list.push(2);
    }
  });

  it.each([
    ["changed", (overlay: Overlay) => change(overlay, "a")],
    ["deleted", (overlay: Overlay) => change(overlay, "a", true)],
    ["cleared", (overlay: Overlay) => overlay.clear(scope, "p")],
  ])("speaks of the moment it began, and keeps nothing that was %s since", async (_, meanwhile) => {
    const overlay = new Overlay();
    const view = makeView(await makeTable(await openDatabase(), [placed("a")]), overlay);
    const reading = getEntries(view, scope, ["a"]);
    meanwhile(overlay);
    expect(await reading).toMatchObject([{ version: "v-a" }]);
    expect(view.cache.find(rowId(scope, "a"), 1)).toBeUndefined();
  });

  it("keeps nothing where the table was written since", async () => {
    const view = makeView(await makeTable(await openDatabase(), [placed("a")]));
    const reading = getEntries(view, scope, ["a"]);
    view.cache.version = 2;
    expect(await reading).toMatchObject([{ version: "v-a" }]);
    expect(view.cache.stats.entries).toBe(0);
  });
});

describe("a search", () => {
  it("never returns an entry of another agent whose column was damaged", async () => {
    const database = await openDatabase();
    const table = await makeTable(database, [placed("a", { text: "autumn" })]);
    await table.update({ where: "true", values: { agent: "thief" } });
    const search = new Search(database.modules.lancedb, analyzer);
    const plan = { scope: { ...here, agentIds: ["thief"] }, byKeyword: true, weight: 0, at: 0 };
    await expect(search.hits(makeView(table), plan, query("autumn"))).rejects.toMatchObject({
      code: "MEM_CORRUPT",
    });
  });
});

describe("a list", () => {
  it("goes on in order where a filter lets few of many pass", async () => {
    const rows = Array.from({ length: 1_500 }, (_, i) => placed(`key-${1_000 + i}`));
    const passing = write("key-2300", { metadata: { team: "a" } });
    rows[1_300] = placed("key-2300", { write: passing });
    const overlay = new Overlay();
    const view = makeView(await makeTable(await openDatabase(), rows), overlay);
    const team = (key: string): void => {
      const saved = write(key, { metadata: { team: "a" } });
      const entry = { write: saved, version: "v", createdAt: 1, updatedAt: 1 };
      overlay.put(scope, key, { entry, position: "p", bytes: 1 });
    };
    for (const key of ["key-2400", "key-2200", "a", "z"]) team(key);
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const request = { limit: 3, filter: where.eq("team", "a"), ...(cursor && { cursor }) };
      const page = await listPage(view, scope, request);
      found.push(...page.items.map(({ key }) => key));
      ({ cursor } = page);
    } while (cursor !== undefined);
    expect(found).toEqual(["a", "key-2200", "key-2300", "key-2400", "z"]);
  });
});

describe("an answer about a table", () => {
  it("is asked for once for each condition, unless it failed", async () => {
    const database = await openDatabase();
    const [table, next] = [await makeTable(database, []), await makeTable(database, [])];
    const questions: string[] = [];
    const answers = new RememberedAnswers(async (_, condition) => {
      questions.push(condition);
      if (questions.length === 1) throw new Error("not now");
      return questions.length;
    });
    await expect(answers.of(table, "a")).rejects.toThrow("not now");
    expect(await Promise.all([answers.of(table, "a"), answers.of(table, "a")])).toEqual([2, 2]);
    expect(await answers.of(table, "b")).toBe(3);
    expect(await answers.of(table, "a")).toBe(2);
    expect(await answers.of(next, "a")).toBe(4);
    expect(questions).toEqual(["a", "a", "b", "a"]);
  });
});

describe("a search by vector", () => {
  const rows = Array.from({ length: 30 }, (_, i) =>
    placed(`key-${String(i).padStart(2, "0")}`, { text: `text ${i}`, vector: near(i) }),
  );

  it("is not cut short by rows that count no more", async () => {
    const overlay = new Overlay();
    const database = await openDatabase();
    const view = makeView(await makeTable(database, rows), overlay);
    for (let i = 0; i < 20; i++) change(overlay, `key-${String(i).padStart(2, "0")}`, true);
    // Also if the index has to find them.
    for (const exhaustive of [0, 20_000]) {
      const search = new Search(database.modules.lancedb, analyzer, exhaustive);
      const plan = { scope: here, byKeyword: false, vector: asked, weight: 1, at: 0 };
      const found = await search.hits(view, plan, query("text", { topK: 3 }));
      expect(found.map(({ key }) => key)).toEqual(["key-20", "key-21", "key-22"]);
    }
  });

  it("finds the few of many that a filter lets pass and no index knows", async () => {
    const many = Array.from({ length: 4_000 }, (_, n) => {
      const key = `key-${1_000 + n}`;
      const made = write(key, { text: `text ${n}`, metadata: { n } });
      return placed(key, { write: made, vector: near(n / 100) });
    });
    const database = await openDatabase();
    const view = makeView(await makeTable(database, many));
    const search = new Search(database.modules.lancedb, analyzer, 0);
    const filter = where.gte("n", 3_998);
    for (const byKeyword of [false, true]) {
      const plan = { scope: here, byKeyword, vector: asked, weight: 0.5, at: 0 };
      const found = await search.hits(view, plan, query("text", { filter }));
      expect(found.map(({ key }) => key)).toEqual(["key-4998", "key-4999"]);
    }
  });

  it("never returns an entry whose vector was damaged", async () => {
    const database = await openDatabase();
    const table = await makeTable(database, rows);
    await table.update({
      where: "id LIKE '%key-00'",
      values: { vector_hash: "x" },
    });
    const search = new Search(database.modules.lancedb, analyzer);
    const plan = { scope: here, byKeyword: true, weight: 0.5, at: 0 };
    const find = (vector: Float32Array | undefined, topK: number) =>
      search.hits(makeView(table), { ...plan, ...(vector && { vector }) }, query("text", { topK }));
    await expect(find(asked, 30)).rejects.toMatchObject({
      code: "MEM_CORRUPT",
      message: expect.stringContaining('"key-00"'),
    });
    expect(await find(undefined, 30)).toHaveLength(30);
    // Other entries are found as before.
    expect(await find(Float32Array.from([-1, 3, 0, 0]), 3)).toHaveLength(3);
  });
});
