import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { HOME } from "../long-term/scratch.ts";
import { formatNumber } from "../report.ts";
import { startWorker } from "../worker-process.ts";
import type { ReadTasks } from "./read-worker.ts";
import { SEED } from "./workload.ts";

/** The form of a kept trail: one file that was never rotated, or segments as the default makes them. */
export type Form = "one file" | "segments";

export interface Trail {
  readonly dir: string;
  /** The only file, or the current one beside the segments. */
  readonly file: string;
  /** The number of records. */
  readonly count: number;
  /** The size of all lines, decompressed. */
  readonly bytes: number;
  /** The size on disk, without the side indexes. */
  readonly diskBytes: number;
  readonly indexBytes: number;
}

export const GB = 1e9;

// Increment it when trails are made differently, so that older ones are not used any more.
const FORMAT = 1;

/**
 * A trail of this many bytes. The store itself writes it in the first run that needs it, and it is kept from then on.
 */
export async function trail(
  form: Form,
  bytes: number,
  tell: (step: string) => void,
  home: string = HOME,
): Promise<Trail> {
  const kept = join(home, `records-${FORMAT}-${SEED}`);
  const path = join(kept, `${form.replace(" ", "-")}-${bytes}`);
  const told = join(path, "trail.json");
  if (!existsSync(path)) {
    tell(`writing a trail of ${formatNumber(bytes / 1e6)} MB as ${form}, once`);
    // It gets its name only when it is complete.
    const unfinished = `${path}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    await using worker = startReader();
    await worker.ask("make", { form, bytes, folder: unfinished });
    renameSync(unfinished, path);
  }
  const made = JSON.parse(readFileSync(told, "utf8")) as Omit<Trail, "dir" | "file">;
  const dir = join(path, "trail");
  return { ...made, dir, file: join(dir, "strategist.jsonl") };
}

export function startReader(): ReturnType<typeof startWorker<ReadTasks>> {
  return startWorker<ReadTasks>(join(import.meta.dirname, "read-worker.ts"));
}

/** As in "1 GB, 2,731,000 records". */
export function describeTrail({ bytes, count }: Trail): string {
  const size = bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${Math.round(bytes / 1e6)} MB`;
  return `${size}, ${count.toLocaleString("en-US")} records`;
}
