import type { Table } from "@lancedb/lancedb";
import { describe, expect, it } from "vitest";
import { Overlay } from "../src/log/overlay.ts";
import { Search } from "../src/search/search.ts";
import { here, query, scope, write } from "./fixtures.ts";
import { analyzer, makeTable, makeView, openDatabase, type Placed } from "./view.ts";

const byWords = { scope: here, byKeyword: true, weight: 0, at: 0 };

function placed(key: string, text: string, vector?: Float32Array): Placed {
  return { scope, write: write(key, { text }), version: "v", createdAt: 1, updatedAt: 1, vector };
}

function put(overlay: Overlay, key: string, text: string): void {
  const entry = { write: write(key, { text }), version: "new", createdAt: 1, updatedAt: 1 };
  overlay.put(scope, key, { entry, position: "p", bytes: 1 });
}

/** The same table, with a count of its queries. */
function counted(table: Table): { table: Table; asked: () => number } {
  let asked = 0;
  const value = (): ReturnType<Table["query"]> => {
    asked++;
    return table.query();
  };
  return { table: Object.create(table, { query: { value } }) as Table, asked: () => asked };
}

describe("a search of a scope that is too large to look at every entry", () => {
  it("looks beyond rows that count no more, however many entries are in their place", async () => {
    const database = await openDatabase();
    const overlay = new Overlay();
    const rows: Placed[] = [];
    for (let i = 0; i < 100; i++) {
      rows.push(placed(`replaced-${i}`, "autumn autumn autumn"));
      put(overlay, `replaced-${i}`, "winter");
    }
    for (let i = 0; i < 20; i++) rows.push(placed(`good-${i}`, "autumn budget"));
    for (let i = 0; i < 1_100; i++) put(overlay, `weak-${i}`, `autumn ${"zebra plan ".repeat(20)}`);
    const view = makeView(await makeTable(database, rows), overlay);
    const search = new Search(database.modules.lancedb, analyzer, 0);
    const hits = await search.hits(view, byWords, query("autumn", { topK: 5 }));
    expect(hits.map(({ key }) => key)).toEqual([
      "good-0",
      "good-1",
      "good-10",
      "good-11",
      "good-12",
    ]);
  });

  it("asks for no more where what is left is too weak, or points away from the question", async () => {
    const database = await openDatabase();
    const away = Float32Array.from([-1, 0.5, 0, 0]);
    const rows = Array.from({ length: 3_000 }, (_, i) => placed(`key-${i}`, "common text", away));
    const { table, asked } = counted(await makeTable(database, rows));
    const search = new Search(database.modules.lancedb, analyzer, 0);
    const view = makeView(table);
    expect(await search.hits(view, byWords, query("common", { minScore: 0.9 }))).toEqual([]);
    // The totals of the scope, the count of the word, and one list.
    expect(asked()).toBe(3);
    const vector = Float32Array.from([1, 0, 0, 0]);
    const byVector = { scope: here, byKeyword: false, vector, weight: 1, at: 0 };
    expect(await search.hits(view, byVector, query("common"))).toEqual([]);
    // Whether there are passages, and one list.
    expect(asked()).toBe(5);
  });

  it("begins nothing more once its signal has fired", async () => {
    const database = await openDatabase();
    const { table, asked } = counted(await makeTable(database, [placed("a", "common")]));
    const search = new Search(database.modules.lancedb, analyzer, 0);
    const controller = new AbortController();
    const searching = search.hits(makeView(table), byWords, query("common"), controller.signal);
    controller.abort();
    await expect(searching).rejects.toMatchObject({ code: "MEM_ABORTED" });
    expect(asked()).toBe(1);
  });
});
