import type { Table } from "@lancedb/lancedb";
import { documentLength } from "@mem/search";
import { LRUCache } from "lru-cache";
import type { BaseState } from "./base-file.ts";
import { createdAtOf, type ChangedEntry, type StoredFacts } from "../log/changed-entry.ts";
import type { Database } from "./database.ts";
import { storedFacts, type EntryCache } from "../reading/entry-cache.ts";
import { KeyFilter } from "./key-filter.ts";
import { readStored } from "./row-queries.ts";

/** For how many rows the facts needed to judge conditions are remembered. */
const REMEMBERED_FACTS = 100_000;
const FEWEST_FILTERED = 65_536;
/** From this many unknown ids at once, it is cheaper to know which ones the table can't have. */
const WORTH_FILTERING = 256;

/** The table, opened at a version; closed when it is no longer the current one and nobody reads it. */
interface Pinned {
  readonly version: number;
  readonly table: Promise<Table>;
  readers: number;
}

export interface HeldTable extends AsyncDisposable {
  readonly table: Table;
  readonly version: number;
}

/** The table at the version of the last `flushed` frame in the log, whatever is being written to it. */
export class Base {
  readonly #database: Database;
  readonly #cache: EntryCache;
  readonly #facts = new LRUCache<string, StoredFacts | typeof NOTHING>({ max: REMEMBERED_FACTS });
  #state: BaseState;
  #pinned: Pinned | undefined;
  #filter: KeyFilter | undefined;
  #isFilterComplete = false;

  constructor(database: Database, cache: EntryCache, state: BaseState) {
    this.#database = database;
    this.#cache = cache;
    this.#state = state;
    cache.version = state.version;
  }

  get state(): BaseState {
    return this.#state;
  }

  get version(): number {
    return this.#state.version;
  }

  /** Everything that the log says before this is in the table. */
  get watermark(): string {
    return this.#state.watermark;
  }

  /** Runs a query on the table. It begins while this version is the current one, and may outlive that. */
  async use<T>(query: (table: Table, version: number) => Promise<T>): Promise<T> {
    for (;;) {
      const pinned = (this.#pinned ??= this.#pin());
      pinned.readers++;
      try {
        const table = await pinned.table;
        if (pinned === this.#pinned) return await query(table, pinned.version);
      } catch (error) {
        // If a version could not be opened, the next caller tries again.
        if (pinned === this.#pinned && pinned.readers === 1) this.#pinned = undefined;
        throw error;
      } finally {
        pinned.readers--;
        this.#closeUnused(pinned);
      }
    }
  }

  /** A handle on the current table that stays until it is disposed of: for long reads. */
  async hold(): Promise<HeldTable> {
    for (;;) {
      const pinned = (this.#pinned ??= this.#pin());
      pinned.readers++;
      const release = async (): Promise<void> => {
        pinned.readers--;
        this.#closeUnused(pinned);
      };
      const table = await pinned.table.catch(async (error: unknown) => {
        if (pinned === this.#pinned && pinned.readers === 1) this.#pinned = undefined;
        await release();
        throw error;
      });
      if (pinned === this.#pinned) {
        return { table, version: pinned.version, [Symbol.asyncDispose]: release };
      }
      await release();
    }
  }

  /** Moves to the table of a later state; `touched`: the changes whose rows may differ from before. */
  moveTo(state: BaseState, touched: readonly ChangedEntry[], hasCleared: boolean): void {
    const isOther = state.version !== this.#state.version;
    this.#state = state;
    this.#cache.version = state.version;
    if (hasCleared) {
      this.#facts.clear();
      this.#cache.clear();
    }
    for (const changed of touched) {
      // The process that wrote the table knows all of these facts, so a key that is saved repeatedly is not looked up
      // every time.
      const facts = changed.position < state.watermark ? factsOf(changed) : undefined;
      if (facts === undefined) this.#facts.delete(changed.id);
      else this.#facts.set(changed.id, facts);
      this.#filter?.add(changed.id);
    }
    if (this.#filter?.isFull === true) this.#filter = undefined;
    if (!isOther) return;
    const before = this.#pinned;
    this.#pinned = undefined;
    if (before !== undefined) this.#closeUnused(before);
  }

  /** What the table has of an id; `null`: nothing; `undefined`: that has to be learned first. */
  known(id: string): StoredFacts | null | undefined {
    const facts = this.#facts.get(id);
    if (facts !== undefined) return facts === NOTHING ? null : facts;
    if (this.#surelyHasNot(id)) return null;
    const cached = this.#cache.find(id, this.version);
    return cached && storedFacts(cached);
  }

  /** Learns what the table has of these ids; `known` tells it afterwards, as long as the table stays. */
  async learn(ids: readonly string[]): Promise<ReadonlyMap<string, StoredFacts>> {
    return this.use((table, version) => this.#learn(table, version, ids));
  }

  /** Looks up what this version of the table has in the places of the changes. */
  async learnOf(table: Table, version: number, changes: Iterable<ChangedEntry>): Promise<void> {
    const unknown = [...changes].filter(({ stored }) => stored === undefined);
    if (unknown.length >= WORTH_FILTERING) await this.#fillFilter();
    const isCurrent = version === this.version;
    const asked: ChangedEntry[] = [];
    for (const changed of unknown) {
      const known = isCurrent ? this.known(changed.id) : undefined;
      if (known === undefined) asked.push(changed);
      else changed.stored = known;
    }
    if (asked.length === 0) return;
    const ids = asked.map(({ id }) => id);
    const found = await this.#learn(table, version, ids);
    for (const changed of asked) changed.stored = found.get(changed.id) ?? null;
  }

  /** Does not wait: all reads have to be done. */
  async close(): Promise<void> {
    const pinned = this.#pinned;
    this.#pinned = undefined;
    (await pinned?.table.catch(() => undefined))?.close();
  }

  async #learn(
    table: Table,
    version: number,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, StoredFacts>> {
    const found = await readStored(table, ids);
    if (version === this.version) {
      for (const id of ids) this.#facts.set(id, found.get(id) ?? NOTHING);
    }
    return found;
  }

  #surelyHasNot(id: string): boolean {
    return this.#isFilterComplete && this.#filter?.mayHave(id) === false;
  }

  /** Reads all ids once. Ids that are written to the table meanwhile are added as they come. */
  async #fillFilter(): Promise<void> {
    if (this.#filter !== undefined) return;
    await this.use(async (table, version) => {
      const rows = await table.countRows();
      // From here on, the filter is told what is written; another call may be filling one already.
      if (version !== this.version || this.#filter !== undefined) return;
      const filter = new KeyFilter(Math.max(2 * rows, FEWEST_FILTERED));
      this.#filter = filter;
      this.#isFilterComplete = false;
      for await (const batch of table.query().select(["id"])) {
        const ids = batch.getChild("id");
        for (let row = 0; row < batch.numRows; row++) filter.add(ids?.get(row) as string);
      }
      if (this.#filter === filter) this.#isFilterComplete = true;
    });
  }

  #pin(): Pinned {
    const { version } = this.#state;
    return { version, table: this.#database.openVersion(version), readers: 0 };
  }

  #closeUnused(pinned: Pinned): void {
    if (pinned === this.#pinned || pinned.readers > 0) return;
    pinned.table.then(
      (table) => table.close(),
      () => undefined,
    );
  }
}

/** What the table has in the place of a change that was written to it; `undefined`: this process does not know. */
function factsOf(changed: ChangedEntry): StoredFacts | typeof NOTHING | undefined {
  const { entry, stored } = changed;
  if (entry === undefined) return NOTHING;
  if (entry.terms === undefined || (entry.createdAt === undefined && stored === undefined)) {
    return undefined;
  }
  return {
    version: entry.version,
    opId: entry.write.opId ?? null,
    createdAt: createdAtOf(changed, entry),
    length: documentLength(entry.terms),
  };
}

/** Stands for an absent row; the cache can't hold `null`. */
const NOTHING = Symbol("nothing");
