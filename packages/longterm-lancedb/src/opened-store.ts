import { MemoryError, type Clock, type Embedder } from "@mem/core";
import { createAnalyzer, loadLanguage, type Analyzer, type LanguageName } from "@mem/search";
import { AcknowledgedVersion } from "./acknowledged-version.ts";
import type { SaveContext } from "./changes.ts";
import { Committer } from "./committer.ts";
import { Database } from "./database.ts";
import { EmbeddingQueue } from "./embedding-queue.ts";
import { prepareFolder, type StoreLocation } from "./location.ts";
import { Maintenance } from "./maintenance.ts";
import { openStore } from "./open-store.ts";
import { Search } from "./search.ts";
import { openError } from "./storage-error.ts";
import { listVersions } from "./table-files.ts";
import { Writer } from "./writer.ts";

export interface StoreParts {
  readonly location: StoreLocation;
  readonly language: LanguageName;
  readonly clock: Clock;
  readonly embedder: Embedder | undefined;
  /** Is told what was repaired. */
  readonly report: (message: string) => void;
}

/** What a store consists of once it is open. */
export class OpenedStore {
  readonly database: Database;
  readonly writer: Writer;
  readonly maintenance: Maintenance;
  readonly embedding: EmbeddingQueue | undefined;
  readonly search: Search;
  readonly context: SaveContext;

  private constructor(
    database: Database,
    committer: Committer,
    { clock, embedder }: StoreParts,
    state: { readonly analyzer: Analyzer; readonly versions: number; readonly vectors: boolean },
  ) {
    this.database = database;
    this.writer = new Writer(database, committer, (pending) => {
      this.maintenance.committed();
      this.embedding?.add(pending);
    });
    this.maintenance = new Maintenance(database, this.writer, clock, state.versions);
    this.embedding = embedder && new EmbeddingQueue(database, this.writer, embedder, clock);
    this.search = new Search(database, state.analyzer);
    this.context = { clock, analyzer: state.analyzer, vectors: state.vectors };
    this.embedding?.begin();
  }

  /** Rejects with `MEM_UNSUPPORTED`, `MEM_FORMAT`, `MEM_CORRUPT`, `MEM_UNAVAILABLE` and what the parts reject with. */
  static async open(parts: StoreParts): Promise<OpenedStore> {
    const { location, language } = parts;
    const analyzer = await analyzerOf(language);
    try {
      await prepareFolder(location);
      return await OpenedStore.#open(parts, await Database.connect(location), analyzer);
    } catch (error) {
      throw openError(error, location.folder);
    }
  }

  static async #open(
    parts: StoreParts,
    database: Database,
    analyzer: Analyzer,
  ): Promise<OpenedStore> {
    const { location, embedder, report } = parts;
    const acknowledged = new AcknowledgedVersion(location.acknowledged);
    try {
      const committer = new Committer(database, acknowledged, report);
      const opening = { database, acknowledged, committer, analyzer, embedder };
      const vectors = (await openStore(opening)) !== undefined;
      const versions = (await listVersions(location.table)).length;
      const state = { analyzer, versions, vectors };
      return new OpenedStore(database, committer, parts, state);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Resolves when vectors and indexes have caught up with what was saved; rejects with what keeps them from it. */
  async catchUp(): Promise<void> {
    await this.writer.idle();
    await this.embedding?.flush();
    await this.maintenance.compact();
  }

  /** Gives up what runs by itself; vectors that are still to come stay pending. */
  async stopBackground(): Promise<void> {
    this.maintenance.close();
    await this.embedding?.close();
  }

  /** Waits for what was accepted. */
  async close(): Promise<void> {
    await this.writer.idle();
    this.database.close();
  }
}

async function analyzerOf(name: LanguageName): Promise<Analyzer> {
  try {
    return createAnalyzer({ language: await loadLanguage(name) });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new MemoryError("MEM_INVALID_ARGUMENT", `options.language: ${cause.message}`, {
      cause,
      path: "options.language",
    });
  }
}
