import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startWorker } from "../worker-process.ts";
import type { FixtureTasks } from "./fixture-worker.ts";
import { lanceDbVersion } from "./lancedb.ts";
import { HOME } from "./scratch.ts";
import { SEED } from "./workload.ts";

/** Fixtures that take minutes to make, by how they are made. */
export type Fixture = "bundle" | "mem" | "LanceDB";

// Increment it when fixtures are made differently, so that older ones are not used any more.
const FORMAT = 2;

/**
 * The path of a bundle, a store or a table with this many memories. It is made by the first run that needs it, and then
 * kept in a cache folder.
 */
export async function fixture(
  which: Fixture,
  count: number,
  tell: (step: string) => void,
): Promise<string> {
  const kept = join(HOME, `kept-${FORMAT}-${SEED}-lancedb-${lanceDbVersion()}`);
  const path = join(kept, `${which.toLowerCase()}-${count}`);
  if (existsSync(path)) return inside(path);
  const bundle = which === "bundle" ? "" : await fixture("bundle", count, tell);
  tell(`making ${which} with ${count.toLocaleString("en-US")} memories, once`);
  mkdirSync(kept, { recursive: true });
  // It gets its name only when it is complete.
  const unfinished = `${path}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await using worker = startWorker<FixtureTasks>(join(import.meta.dirname, "fixture-worker.ts"));
  mkdirSync(unfinished);
  await worker.ask("make", { which, bundle, path: inside(unfinished), count });
  renameSync(unfinished, path);
  return inside(path);
}

/** A folder inside the fixture's, because a store writes beside its own, too. */
function inside(path: string): string {
  return join(path, "content");
}
