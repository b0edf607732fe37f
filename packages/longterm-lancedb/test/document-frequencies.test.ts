import { expect, it } from "vitest";
import { Overlay } from "../src/log/overlay.ts";
import { DocumentFrequencies } from "../src/search/document-frequencies.ts";
import { ScopeStatistics } from "../src/search/scope-statistics.ts";
import { surveyScope } from "../src/search/searched.ts";
import { here, scope, write } from "./fixtures.ts";
import { analyzer, makeTable, makeView, openDatabase, type Placed } from "./view.ts";

function placed(i: number, text: string): Placed {
  return { scope, write: write(`key-${i}`, { text }), version: "v", createdAt: 1, updatedAt: 1 };
}

function textOf(i: number): string {
  return ["autumn", i < 4_096 ? "leaf" : "", i < 4_095 ? "storm" : ""].join(" ");
}

it("counts how many entries have a word, be they few or many", async () => {
  const database = await openDatabase();
  const rows = Array.from({ length: 4_203 }, (_, i) => placed(i, textOf(i)));
  const overlay = new Overlay();
  const saved = write("key-0", { text: "storm storm" });
  const entry = { write: saved, version: "new", createdAt: undefined, updatedAt: 9 };
  overlay.put(scope, "key-0", { entry, position: "p", bytes: 1 });
  const view = makeView(await makeTable(database, rows), overlay);
  const searched = await surveyScope(view, here, new ScopeStatistics(analyzer));
  const counted = new DocumentFrequencies(database.modules.lancedb);
  const { frequencies } = await counted.of(searched, ["autumn", "leaf", "storm", "nowher"]);
  // The entry that the overlay replaced has lost two of its words.
  expect(frequencies).toEqual([4_202, 4_095, 4_095, 0]);
});
