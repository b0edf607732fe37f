import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { lanceDbVersion } from "../long-term/lancedb.ts";
import { HOME } from "../long-term/scratch.ts";
import { startWorker } from "../worker-process.ts";
import { describe, type Collection } from "./collection.ts";
import type { OURS, RAW_LANCEDB } from "./contestant.ts";
import type { SearchTasks } from "./search-worker.ts";

// Increment it when fixtures are made differently, so that older ones are not used any more.
const FORMAT = 2;

/** What keeps a collection on disk. */
export type Keeper = typeof OURS | typeof RAW_LANCEDB;

/** The folder of a filled store or table. The first run that needs it makes it, and it is then kept in a cache. */
export async function searchFixture(
  keeper: Keeper,
  collection: Collection,
  tell: (step: string) => void,
): Promise<string> {
  const { count, dimensions, shape } = collection;
  const kept = join(HOME, `search-${FORMAT}-lancedb-${lanceDbVersion()}`);
  const path = join(kept, `${keeper.toLowerCase()}-${count}-${dimensions}-${shape}`);
  // A folder inside the fixture's, because a store writes beside its own, too.
  const folder = join(path, "content");
  if (existsSync(path)) return folder;
  tell(`filling ${keeper} with ${describe(collection)}, once`);
  mkdirSync(kept, { recursive: true });
  // It gets its name only when it is complete.
  const unfinished = `${path}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished);
  await using worker = startSearchWorker();
  await worker.ask("fill", { name: keeper, collection, folder: join(unfinished, "content") });
  renameSync(unfinished, path);
  return folder;
}

export function startSearchWorker(): ReturnType<typeof startWorker<SearchTasks>> {
  return startWorker<SearchTasks>(join(import.meta.dirname, "search-worker.ts"));
}
