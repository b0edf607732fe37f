import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Table } from "@lancedb/lancedb";
import { createHashingEmbedder, where } from "@mem/core";
import { expect, it } from "vitest";
import { here, openStore, query, scope, storeFolder, write } from "./fixtures.ts";
import { unpackColumns } from "./first-format.ts";
import { behindItsBack } from "./raw-table.ts";

const embedder = createHashingEmbedder({ dimensions: 16 });

it("brings a store of the first format to the present one, with all that is in it", async () => {
  const uri = await storeFolder();
  const made = openStore(uri, { embedder });
  const writes = Array.from({ length: 40 }, (_, i) =>
    write(`key-${i}`, { text: `autumn plan ${i}`, value: { i }, metadata: { team: i % 4 } }),
  );
  await made.save(scope, writes);
  await made.flush();
  const before = await made.get(
    scope,
    writes.map(({ key }) => key),
  );
  await made.close();
  await goBackToFirstFormat(uri);

  const store = openStore(uri, { embedder });
  const after = await store.get(
    scope,
    writes.map(({ key }) => key),
  );
  expect(after).toEqual(before);
  expect(await store.verify()).toEqual({ entries: 40, problems: [] });
  expect(JSON.parse(await readFile(join(uri, "store.json"), "utf8"))).toMatchObject({ format: 2 });
  const hits = await store.search(
    here,
    query("autumn", { mode: "hybrid", filter: where.eq("team", 3), topK: 20 }),
  );
  expect(hits).toHaveLength(10);
  const { model, dimensions } = embedder;
  expect(await store.embedder()).toEqual({ model, dimensions });
  // It knows existing entries by their content.
  const again = write("other", { text: "autumn plan 7", value: { i: 7 }, ifNew: true });
  expect(await store.save(scope, [again])).toMatchObject([{ stored: false }]);
  expect((await store.stats("acme")).pendingVectors).toBe(0);
});

it("does so once, whoever opens it at the same time", async () => {
  const uri = await storeFolder();
  const made = openStore(uri);
  await made.save(scope, [write("key", { text: "autumn" })]);
  await made.flush();
  await made.close();
  await goBackToFirstFormat(uri);
  const stores = [openStore(uri), openStore(uri)];
  const counts = await Promise.all(stores.map((store) => store.count(scope)));
  expect(counts).toEqual([1, 1]);
  await Promise.all(stores.map((store, i) => store.save(scope, [write(`more-${i}`)])));
  expect(await stores[0]?.count(scope)).toBe(3);
  expect((await stores[0]?.verify())?.problems).toEqual([]);
});

/** Puts a closed store back into the format of the first release. */
async function goBackToFirstFormat(uri: string): Promise<void> {
  const version = await behindItsBack(uri, async (table: Table) => {
    await unpackColumns(table);
    return table.version();
  });
  let embeddedBy: object | undefined;
  await alter(join(uri, "base.json"), ({ current }) => {
    const { embedder: own, ...state } = current as { embedder?: object };
    embeddedBy = own;
    return { current: { ...state, version } };
  });
  await alter(join(uri, "store.json"), (description) => ({
    ...description,
    format: 1,
    embedder: embeddedBy,
  }));
}

async function alter(
  path: string,
  change: (before: Record<string, unknown>) => object,
): Promise<void> {
  const before = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  await writeFile(path, JSON.stringify(change(before)));
}
