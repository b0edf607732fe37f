import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readIndex } from "../src/index/index-file.ts";
import { SegmentIndexes } from "../src/index/segment-indexes.ts";
import { RecordFolder } from "../src/folder/record-folder.ts";
import { segmentFile } from "../src/folder/segment-names.ts";
import { createJsonlRecords } from "../src/index.ts";
import { DamageLog } from "../src/reading/damage-log.ts";
import { idsOf, series } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

it("the index that is made while a segment is compressed is the one that reading it back makes", async () => {
  await using folder = await temporaryFolder();
  const { dir } = folder;
  await using store = createJsonlRecords({ dir, durability: "process" });
  // Lines larger than a block, a member and a single read.
  await store.append(series(500, { input: "é".repeat(700) }));
  await store.append(series(3, { id: "long", input: "x".repeat(400_000) }));
  await store.rotate();
  await store.flush();
  const path = join(dir, ".index", "strategy~000001.idx");
  const made = await readFile(path);
  const stored = await readIndex(path);
  expect(stored?.members?.places.length).toBeGreaterThan(3);

  const indexes = new SegmentIndexes({ maxLineBytes: 2 ** 25 });
  const file = new RecordFolder(dir, new DamageLog()).fileOf("default", "strategy");
  await indexes.build(file, segmentFile(file, 1, true));
  expect((await readFile(path)).equals(made)).toBe(true);
  expect(await idsOf(store)).toHaveLength(503);
});
