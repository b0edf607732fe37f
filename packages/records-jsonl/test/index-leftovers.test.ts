import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { series } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

it("what was left by someone killed while writing an index goes when an index is written there", async () => {
  await using folder = await temporaryFolder();
  const indexes = join(folder.dir, ".index");
  await mkdir(indexes, { recursive: true });
  const left = join(indexes, "other~000007.idx.dead.tmp");
  const running = join(indexes, "strategy~000001.idx.alive.tmp");
  await writeFile(left, "half");
  await writeFile(running, "half");
  const longAgo = Date.now() / 1000 - 3600;
  await utimes(left, longAgo, longAgo);
  await using store = createJsonlRecords({ dir: folder.dir, durability: "process" });
  await store.append(series(10));
  await store.rotate();
  await store.flush();
  const names = await readdir(indexes);
  expect(names.toSorted()).toEqual(["strategy~000001.idx", "strategy~000001.idx.alive.tmp"]);
});
