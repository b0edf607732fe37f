import { createHashingEmbedder, where } from "@mem/core";
import { expect, it, onTestFinished } from "vitest";
import { TABLE_NAME } from "../src/folder/location.ts";
import { ObjectDatabase, type ObjectLocation } from "../src/objects/object-database.ts";
import { unpackColumns } from "./first-format.ts";
import { here, query, scope, write } from "./fixtures.ts";
import { newLocation, openObjectStore, removeLocation } from "./object-harness.ts";

it("brings a store of the first format to the present one, whoever opens it at the same time", async () => {
  const embedder = createHashingEmbedder({ dimensions: 8 });
  const location = await newLocation();
  onTestFinished(() => removeLocation(location));
  const made = openObjectStore(location, { embedder });
  const texts = Array.from({ length: 6 }, (_, i) => `autumn plan ${i}`);
  await made.save(
    scope,
    texts.map((text, i) => write(`key-${i}`, { text, metadata: { team: i % 2 } })),
  );
  await made.flush();
  await made.close();
  await goBackToFirstFormat(location);

  const stores = [1, 2].map(() => openObjectStore(location, { embedder }));
  expect(await Promise.all(stores.map((store) => store.count(scope)))).toEqual([6, 6]);
  for (const store of stores) {
    const asked = query("autumn", { mode: "hybrid", filter: where.eq("team", 1) });
    expect(await store.search(here, asked)).toHaveLength(3);
    const again = write("other", { text: texts[0] ?? "", ifNew: true });
    expect(await store.save(scope, [again])).toMatchObject([{ stored: false }]);
    expect(await store.verify()).toEqual({ entries: 6, problems: [] });
    await store.close();
  }
});

/** Puts a closed store back into the format of the first release. */
async function goBackToFirstFormat(location: ObjectLocation): Promise<void> {
  const { connection } = await ObjectDatabase.connect(location);
  const entries = await connection.openTable(TABLE_NAME);
  await unpackColumns(entries);
  const descriptions = await connection.openTable("store");
  const [row] = (await descriptions.query().toArray()) as { description: string }[];
  const description = JSON.parse(row?.description ?? "") as object;
  await descriptions.update({
    values: { description: JSON.stringify({ ...description, format: 1 }) },
  });
  for (const table of [entries, descriptions]) table.close();
  connection.close();
}
