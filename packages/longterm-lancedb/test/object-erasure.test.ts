import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createHashingEmbedder } from "@mem/core";
import { expect, it, onTestFinished } from "vitest";
import { here, query, scope, write } from "./fixtures.ts";
import { folderOf, newLocation, openObjectStore, removeLocation } from "./object-harness.ts";

// A word that the analyzer leaves as it is, so that it would be found in the index of terms, too.
const SECRET = "zyxwvu";

it("leaves no byte of what was erased from an object store, and all of the rest", async () => {
  const location = await newLocation();
  const store = openObjectStore(location, { embedder: createHashingEmbedder() });
  onTestFinished(async () => {
    await store.close();
    await removeLocation(location);
  });
  const others = Array.from({ length: 30 }, (_, i) => write(`key-${i}`, { text: `autumn ${i}` }));
  await store.save(scope, others);
  await store.save(scope, [write("plan", { text: SECRET, value: SECRET, subject: "person:1" })]);
  await store.save(scope, [write("copy", { text: `a ${SECRET} again`, subject: "person:1" })]);
  await store.flush();
  expect(await filesWith(SECRET, folderOf(location))).not.toEqual([]);
  const { entries } = await store.erase({ tenantId: "acme", subject: "person:1" });
  expect(entries.map(({ key }) => key).toSorted()).toEqual(["copy", "plan"]);
  expect(await filesWith(SECRET, folderOf(location))).toEqual([]);
  expect(await store.search(here, query(SECRET))).toEqual([]);
  expect(await store.search(here, query("autumn", { topK: 100 }))).toHaveLength(others.length);
  expect(await store.verify()).toEqual({ entries: others.length, problems: [] });
}, 60_000);

async function filesWith(text: string, folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const file of files) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    if ((await readFile(path)).includes(text)) found.push(path);
  }
  return found;
}
