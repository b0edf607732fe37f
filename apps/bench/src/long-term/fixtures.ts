import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startWorker } from "../worker-process.ts";
import type { FixtureTasks } from "./fixture-worker.ts";
import { lanceDbVersion } from "./lancedb.ts";
import { HOME } from "./scratch.ts";
import { SEED } from "./workload.ts";

/** What takes minutes to make, by how it is made. */
export type Fixture = "bundle" | "mem" | "LanceDB";

// To be counted up when what is kept would be made otherwise now.
const FORMAT = 1;

/**
 * The path of a bundle, a store or a table with so many memories. It is made at the first run that needs it and kept in
 * a cache folder from then on.
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
  // Under its name only when it is whole.
  const unfinished = `${path}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await using worker = startWorker<FixtureTasks>(join(import.meta.dirname, "fixture-worker.ts"));
  mkdirSync(unfinished);
  await worker.ask("make", { which, bundle, path: inside(unfinished), count });
  renameSync(unfinished, path);
  return inside(path);
}

/** In a folder of its own, because of what a store puts beside itself. */
function inside(path: string): string {
  return join(path, "content");
}
