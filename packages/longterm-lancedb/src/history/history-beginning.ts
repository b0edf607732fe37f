import { rm } from "node:fs/promises";
import { MemoryError, type Clock } from "@mem/core";
import type { Base } from "../table/base.ts";
import type { ChangeLog } from "../log/change-log.ts";
import type { Database } from "../table/database.ts";
import type { Flusher } from "../upkeep/flusher.ts";
import { createHistoryTable } from "./history-table.ts";
import {
  readDescription,
  writeDescription,
  type StoreDescription,
} from "../store/store-description.ts";
import { listVersions, syncNewFiles } from "../table/table-files.ts";
import type { TableWriter } from "../upkeep/table-writer.ts";

export interface HistoryBeginning {
  readonly database: Database;
  readonly base: Base;
  readonly log: ChangeLog;
  readonly writer: TableWriter;
  readonly flusher: Flusher;
  readonly clock: Clock;
}

/** Makes the store keep a history, for `retentionDays`. */
export async function keepHistory(
  parts: HistoryBeginning,
  { history: known }: StoreDescription,
  retentionDays: number,
): Promise<void> {
  const { base, writer } = parts;
  if (base.state.history !== undefined && known?.retentionDays === retentionDays) return;
  await writer.exclusively(() => begin(parts, retentionDays));
}

async function begin(
  { database, base, log, writer, flusher, clock }: HistoryBeginning,
  retentionDays: number,
): Promise<void> {
  const { description: path } = database.location;
  const description = await presentDescription(path);
  let since = description.history?.since;
  if (base.state.history === undefined) {
    await flusher.write();
    const history = { version: await makeTable(database), from: base.watermark, at: clock.now() };
    await writer.publish(base.watermark, async () => undefined, { history });
    since = undefined;
  } else if (since === undefined) {
    // The process that began it may have died before it told the others.
    await log.announce({ kind: "flushed", ...base.state });
  }
  // Not before now: from here on, every process keeps what it changes.
  const history = { since: since ?? clock.now(), retentionDays };
  await writeDescription(path, { ...description, history });
}

/** Creates the table on disk and returns its version. No process uses it as its history yet. */
async function makeTable(database: Database): Promise<number> {
  const { history: path } = database.location;
  // A table may be left over from an interrupted beginning.
  await rm(path, { recursive: true, force: true });
  await createHistoryTable(database);
  await syncNewFiles(path, new Map());
  const [version = 0] = await listVersions(path);
  return version;
}

async function presentDescription(path: string): Promise<StoreDescription> {
  const description = await readDescription(path);
  if (description === undefined) throw new MemoryError("MEM_CORRUPT", `${path} is gone`);
  return description;
}
