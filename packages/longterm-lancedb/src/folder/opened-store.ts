import { LogError, type Damage } from "@mem/append-log";
import { isMemoryError, type Clock } from "@mem/core";
import { createAnalyzer, loadLanguage, type Analyzer, type LanguageName } from "@mem/search";
import { Base } from "../table/base.ts";
import { readBases } from "../table/base-file.ts";
import { ChangeLog } from "../log/change-log.ts";
import { Database } from "../table/database.ts";
import type { CurrentEmbedder } from "../vectors/current-embedder.ts";
import { EntryCache } from "../reading/entry-cache.ts";
import { Flusher } from "../upkeep/flusher.ts";
import { keepHistory } from "../history/history-beginning.ts";
import { prepareFolder, type StoreLocation } from "./location.ts";
import { Maintenance } from "../upkeep/maintenance.ts";
import { countCleared, MemoryReader, useView } from "../reading/memory-reader.ts";
import { openStore } from "./open-store.ts";
import { Replica } from "../log/replica.ts";
import { Search } from "../search/search.ts";
import { isVanishedVersion, openError } from "../store/storage-error.ts";
import { listVersions } from "../table/table-files.ts";
import { StoreVectors } from "../vectors/store-vectors.ts";
import { removeLeftover } from "../upkeep/reembedding.ts";
import { TableWriter } from "../upkeep/table-writer.ts";
import { upgradeStore } from "../upkeep/upgrade.ts";

export interface StoreParts {
  readonly location: StoreLocation;
  readonly language: LanguageName;
  readonly clock: Clock;
  readonly embedder: CurrentEmbedder;
  /** See `OpenWith`. */
  readonly takesForeign: boolean;
  /** Maximum size of what the log has and the table does not have yet, in bytes of memory. */
  readonly maxUnflushedBytes: number;
  readonly cacheBytes: number;
  /** How many days former states of entries are kept; `undefined`: no history was asked for. */
  readonly historyDays: number | undefined;
  /** Called with what was repaired. */
  readonly report: (message: string) => void;
}

/** The parts of an open store. */
export interface OpenedStore {
  readonly database: Database;
  readonly analyzer: Analyzer;
  readonly base: Base;
  readonly cache: EntryCache;
  readonly replica: Replica;
  readonly log: ChangeLog;
  readonly reader: MemoryReader;
  readonly search: Search;
  readonly writer: TableWriter;
  readonly flusher: Flusher;
  readonly maintenance: Maintenance;
  readonly vectors: StoreVectors;
}

const OPEN_ATTEMPTS = 5;

/** Rejects with `MEM_UNSUPPORTED`, `MEM_FORMAT`, `MEM_CORRUPT`, `MEM_UNAVAILABLE` and what the parts reject with. */
export async function openAll(parts: StoreParts): Promise<OpenedStore> {
  const { location, language } = parts;
  const analyzer = await analyzerOf(language);
  try {
    await prepareFolder(location);
    const database = await Database.connect(location);
    try {
      return await openTogether(parts, database, analyzer);
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw openError(error, location);
  }
}

async function openTogether(
  parts: StoreParts,
  database: Database,
  analyzer: Analyzer,
): Promise<OpenedStore> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openOnce(parts, database, analyzer);
    } catch (error) {
      // Between two reads of the folder, others wrote the table and removed its changes from the log.
      const isOvertaken =
        error instanceof LogError ? error.code === "LOG_GONE" : hasLostItsVersion(error);
      if (!isOvertaken || attempt === OPEN_ATTEMPTS) throw error;
    }
  }
}

async function openOnce(
  parts: StoreParts,
  database: Database,
  analyzer: Analyzer,
): Promise<OpenedStore> {
  const { location, clock, maxUnflushedBytes, cacheBytes, takesForeign, report } = parts;
  const embedder = parts.embedder.get();
  const opening = { database, analyzer, embedder, takesForeign, report };
  const { description, bases } = await openStore(opening);
  const cache = new EntryCache(cacheBytes);
  const base = new Base(database, cache, bases.current);
  // Parts that are made first use parts that are made last, but not before there is a change.
  let vectors: StoreVectors | undefined;
  let flusher: Flusher | undefined;
  let maintenance: Maintenance | undefined;
  const replica: Replica = new Replica({
    base,
    cache,
    count: (clearing) =>
      useView(base, replica.overlay, cache, (view) => countCleared(view, clearing)),
    onSaved: ({ id, entry }) => {
      if (entry?.vector === undefined && entry?.write.text.trim() !== "") vectors?.add(id);
    },
    onFlushed: () => {
      log?.admit();
      vectors?.lookLater();
    },
    onOtherEmbedder: () => vectors?.made.clear(),
  });
  let log: ChangeLog | undefined;
  log = await ChangeLog.open({
    directory: location.log,
    from: bases.current.watermark,
    take: (entry) => {
      const answer = replica.take(entry);
      flusher?.notice();
      return answer;
    },
    onDamage: (damage) => report(describeDamage(damage)),
    hasRoom: (bytes, underway) => {
      const taken = replica.bytes + underway;
      // A change that is alone has room, however large it is.
      return taken === 0 || taken + bytes <= maxUnflushedBytes;
    },
    makeRoom: () => flusher?.begin(),
  });
  try {
    await replica.settled();
    replica.begin((await readBases(location.base))?.current ?? bases.current);
    const writer = new TableWriter({ database, base, log, replica, report });
    const versions = (await listVersions(location.table)).length;
    maintenance = new Maintenance({ database, base, writer, clock }, versions);
    vectors = new StoreVectors({
      embedder: parts.embedder,
      base,
      overlay: replica.overlay,
      clock,
      owner: () => base.state.embedder,
      onMade: () => flusher?.notice(),
    });
    flusher = new Flusher({
      database,
      base,
      log,
      replica,
      writer,
      vectors: vectors.made,
      maintenance,
      analyzer,
      clock,
      maxUnflushedBytes,
    });
    await upgradeStore(description, { database, base, writer, analyzer, embedder });
    const { historyDays } = parts;
    if (historyDays !== undefined) {
      const beginning = { database, base, log, writer, flusher, clock };
      await keepHistory(beginning, description, historyDays);
    }
    maintenance.begin();
    await removeLeftover(location, base.state.embedder);
    vectors.begin();
    if (flusher.isBehind) flusher.notice();
    const reader = new MemoryReader({ folder: location.folder, log, replica, base, cache });
    const search = new Search(database.modules.lancedb, analyzer);
    const opened = { database, analyzer, base, cache, replica, log, reader, search };
    return { ...opened, writer, flusher, maintenance, vectors };
  } catch (error) {
    await maintenance?.close();
    await flusher?.close();
    await log.close();
    await base.close();
    throw error;
  }
}

/** Whether what a change in the log depends on could not be looked up because its table version was cleaned up. */
function hasLostItsVersion(error: unknown): boolean {
  return isMemoryError(error, "MEM_UNAVAILABLE") && isVanishedVersion(error.cause);
}

function describeDamage({ segment, offset, bytes, reason }: Damage): string {
  if (reason === "no-seal") return `segment ${segment} of the log has no end mark`;
  return `${bytes} bytes at ${offset} in segment ${segment} of the log were torn by a crash, or changed since, and are passed over`;
}

/**
 * Resolves when the table and the vectors have caught up with what was saved; rejects with the reason if they can't.
 */
export async function bringUp({ flusher, vectors }: OpenedStore): Promise<void> {
  await flusher.flush();
  if (!vectors.areWanted) return;
  try {
    await vectors.flush();
  } finally {
    // Even if the embedder refuses a text, the vectors of the others are written.
    await flusher.flush();
  }
}

/** Ends background work and closes everything. What the table does not have yet stays in the log. */
export async function closeAll(opened: OpenedStore): Promise<void> {
  const { vectors, writer, flusher, maintenance, log, base, database } = opened;
  await vectors.close();
  await maintenance.close();
  await flusher.close();
  // A flush may still be running although its caller no longer waits for it.
  await writer.idle();
  await log.close();
  await base.close();
  database.close();
}

export async function analyzerOf(name: LanguageName): Promise<Analyzer> {
  return createAnalyzer({ language: await loadLanguage(name) });
}
