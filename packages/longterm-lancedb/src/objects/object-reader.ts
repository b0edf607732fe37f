import type { Table } from "@lancedb/lancedb";
import { MemoryError, type EmbedderFingerprint, type LongTermEntry, type Scope } from "@mem/core";
import type { Reader } from "../store/engine.ts";
import type { EntryCache } from "../reading/entry-cache.ts";
import { objectError } from "./object-error.ts";
import type { ObjectSnapshots } from "./object-snapshots.ts";
import { Overlay } from "../log/overlay.ts";
import { getEntries } from "../reading/retrieval.ts";
import { isVanishedVersion, overtaken } from "../store/storage-error.ts";
import { foreignEmbedder } from "../store/store-description.ts";
import { readVectorColumns, vectorColumnsOf } from "./object-vector-columns.ts";
import type { View } from "../reading/view.ts";

const READ_ATTEMPTS = 5;

/** An empty overlay: everything that was acknowledged is in the table. */
export const NOTHING_UNFLUSHED: Overlay = new Overlay();

/** Reads what any machine has committed. */
export class ObjectReader implements Reader {
  readonly #snapshots: ObjectSnapshots;
  readonly #cache: EntryCache;
  readonly #name: string;
  readonly #owner: () => Promise<EmbedderFingerprint | undefined>;

  /** `owner`: tells whose vectors the store has. */
  constructor(
    snapshots: ObjectSnapshots,
    cache: EntryCache,
    name: string,
    owner: () => Promise<EmbedderFingerprint | undefined>,
  ) {
    this.#snapshots = snapshots;
    this.#cache = cache;
    this.#name = name;
    this.#owner = owner;
  }

  /** Runs a read on the newest version; if that is cleaned up meanwhile, the read begins again on the next one. */
  async read<T>(query: (view: View) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const { version: before } = this.#snapshots;
      try {
        return await this.#snapshots.use((table, version) => query(this.#view(table, version)));
      } catch (error) {
        const isGone = isVanishedVersion(error);
        // A file that is missing again from the same version is lost.
        if (!isGone || (attempt > 1 && before === this.#snapshots.version)) {
          throw objectError(error, this.#name, "not-applied");
        }
        if (attempt === READ_ATTEMPTS) throw overtaken(error, this.#name);
      }
    }
  }

  get(scope: Scope, keys: readonly string[]): Promise<(LongTermEntry | undefined)[]> {
    return this.read((view) => getEntries(view, scope, keys));
  }

  #view(table: View["table"], version: number): View {
    const cache = this.#cache;
    return {
      table,
      version,
      overlay: NOTHING_UNFLUSHED,
      cache,
      refusalOf: (embedder) => this.#refusal(table, embedder),
      learn: async () => undefined,
    };
  }

  async #refusal(table: Table, embedder: EmbedderFingerprint): Promise<MemoryError | undefined> {
    const columns = await readVectorColumns(table);
    if (columns?.fence === vectorColumnsOf(embedder).fence) return undefined;
    return foreignEmbedder(await this.#owner(), embedder) ?? goesOver(embedder);
  }
}

function goesOver({ model }: EmbedderFingerprint): MemoryError {
  return new MemoryError(
    "MEM_EMBEDDING",
    `another machine is about to make ${JSON.stringify(model)} the embedder of the store; try again in a moment`,
    { retryable: true },
  );
}
