import type {
  Clock,
  Embedder,
  EmbedderFingerprint,
  Erasure,
  ErasureRequest,
  PortableEntry,
  Reembedded,
  ReembedOptions,
  Verification,
} from "@mem/core";
import type { Analyzer } from "@mem/search";
import type { CurrentEmbedder } from "../vectors/current-embedder.ts";
import type { AskedChange, Condition, Engine } from "../store/engine.ts";
import { EntryCache } from "../reading/entry-cache.ts";
import { objectCondition } from "./object-condition.ts";
import { ObjectDatabase, type ObjectLocation } from "./object-database.ts";
import { ObjectDescription } from "./object-description.ts";
import { eraseObjects } from "./object-erasure.ts";
import { objectError } from "./object-error.ts";
import { ObjectMaintenance } from "./object-maintenance.ts";
import { openObjectStore } from "./object-open.ts";
import { NOTHING_UNFLUSHED, ObjectReader } from "./object-reader.ts";
import { ObjectSnapshots } from "./object-snapshots.ts";
import { ObjectVectors } from "./object-vectors.ts";
import { verifyObjects } from "./object-verification.ts";
import { ObjectWriter } from "./object-writer.ts";
import { reembedObjects } from "./object-reembedding.ts";
import { vectorColumnsOf, type VectorColumns } from "./object-vector-columns.ts";
import { StoreVectors } from "../vectors/store-vectors.ts";
import type { Answer } from "../log/replica.ts";
import { Search } from "../search/search.ts";
import { walkTable } from "./object-walk.ts";

export interface ObjectEngineOptions {
  readonly location: ObjectLocation;
  readonly analyzer: Analyzer;
  readonly embedder: CurrentEmbedder;
  /** See `ObjectOpening`. */
  readonly takesForeign: boolean;
  readonly cacheBytes: number;
  readonly clock: Clock;
}

/** A store in an object store: every change is a commit, and nothing is stored on this machine. */
export class ObjectEngine implements Engine {
  /** After any failure, the next call begins from what is stored. */
  readonly isBroken = false;
  readonly database: ObjectDatabase;
  readonly cache: EntryCache;
  readonly snapshots: ObjectSnapshots;
  readonly reader: ObjectReader;
  readonly search: Search;
  readonly writer: ObjectWriter;
  readonly maintenance: ObjectMaintenance;
  readonly vectors: ObjectVectors;
  readonly storeVectors: StoreVectors;
  readonly description: ObjectDescription;
  readonly #options: ObjectEngineOptions;
  /** Whose vectors the store has, as it was read last. */
  #owner: EmbedderFingerprint | undefined;

  /** Rejects with `MEM_UNAVAILABLE`, with `MEM_FORMAT`, and if another embedder made the store's vectors. */
  static async open(options: ObjectEngineOptions): Promise<ObjectEngine> {
    const { uri } = options.location;
    let database: ObjectDatabase | undefined;
    try {
      database = await ObjectDatabase.connect(options.location);
      const engine = new ObjectEngine(options, database);
      await engine.#open();
      return engine;
    } catch (error) {
      await database?.close();
      throw objectError(error, uri, "not-applied");
    }
  }

  private constructor(options: ObjectEngineOptions, database: ObjectDatabase) {
    const { analyzer, embedder, cacheBytes, clock, location } = options;
    this.#options = options;
    this.database = database;
    this.description = new ObjectDescription(database);
    this.cache = new EntryCache(cacheBytes);
    this.snapshots = new ObjectSnapshots(database, this.cache);
    this.reader = new ObjectReader(this.snapshots, this.cache, location.uri, async () => {
      await this.noticeOwner();
      return this.#owner;
    });
    this.search = new Search(database.modules.lancedb, analyzer);
    const ownColumns = (): VectorColumns | undefined => {
      const own = embedder.get();
      return own && vectorColumnsOf(own);
    };
    this.writer = new ObjectWriter({
      database,
      analyzer,
      onPending: (id) => this.storeVectors.add(id),
      onCommitted: () => {
        this.maintenance.notice();
        this.storeVectors.lookLater();
      },
    });
    this.maintenance = new ObjectMaintenance({ database, queue: this.writer.queue, clock });
    this.storeVectors = new StoreVectors({
      embedder,
      base: this.snapshots,
      overlay: NOTHING_UNFLUSHED,
      clock,
      owner: () => this.#owner,
      onMade: () => this.vectors.notice(),
    });
    this.vectors = new ObjectVectors({
      database,
      writer: this.writer,
      made: this.storeVectors.made,
      ownColumns,
      onForeign: () => this.noticeOwner(),
      clock,
    });
  }

  change(change: AskedChange, signal?: AbortSignal): Promise<Answer> {
    return this.writer.change(change, signal);
  }

  async walk(tenantId: string | undefined): Promise<AsyncGenerator<readonly PortableEntry[]>> {
    const held = await this.#told(this.snapshots.hold());
    return walkTable(held, tenantId, this.#options.location.uri);
  }

  erase(request: ErasureRequest, dryRun: boolean): Promise<Erasure> {
    const { database, reader, writer } = this;
    return eraseObjects({ database, reader, writer, clock: this.#options.clock }, request, dryRun);
  }

  verify(): Promise<Verification> {
    const { database, reader } = this;
    return verifyObjects({ database, reader, analyzer: this.#options.analyzer });
  }

  async embedder(): Promise<EmbedderFingerprint | undefined> {
    await this.#told(this.noticeOwner());
    return this.#owner;
  }

  reembed(embedder: Embedder, options: ReembedOptions): Promise<Reembedded> {
    return this.#told(reembedObjects(this, embedder, options));
  }

  /** Reads whose vectors the store has by now. */
  async noticeOwner(): Promise<void> {
    this.#owner = (await this.description.read())?.embedder;
  }

  async bringUp(): Promise<void> {
    await this.writer.queue.drained();
    try {
      await this.storeVectors.flush();
    } finally {
      // Even if the embedder refuses a text, the vectors of the others are written.
      await this.vectors.flush();
    }
    await this.maintenance.compact();
  }

  condition(): Promise<Condition> {
    return objectCondition(this);
  }

  async stopWaiting(): Promise<void> {
    await this.storeVectors.close();
  }

  async close(): Promise<void> {
    await this.maintenance.close();
    await this.vectors.close();
    await this.writer.queue.drained();
    await this.snapshots.close();
    await this.database.close();
  }

  async #told<T>(running: Promise<T>): Promise<T> {
    try {
      return await running;
    } catch (error) {
      throw objectError(error, this.#options.location.uri, "not-applied");
    }
  }

  async #open(): Promise<void> {
    const { database, description, writer } = this;
    const { analyzer, takesForeign } = this.#options;
    const embedder = this.#options.embedder.get();
    const opening = { database, description, writer, analyzer, embedder, takesForeign };
    await openObjectStore(opening);
    await this.noticeOwner();
    this.storeVectors.begin();
  }
}
