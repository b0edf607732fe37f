import {
  checkOptions,
  matchesFilter,
  type CallOptions,
  type Health,
  type Knowledge,
  type ListRequest,
  type LongTermEntry,
  type LongTermStore,
  type NamesOf,
  type Page,
  type SearchHit,
  type SearchRequest,
} from "@mem/core";
import { requireStore } from "../knowledge-store.ts";
import { editionsIn, getDocuments, getKnown, type Reading } from "./documents.ts";
import { shelfOf } from "../shelf/shelf.ts";
import { searchVisible } from "./visible-search.ts";
import { readVisible } from "./visible-state.ts";

export interface KnowledgeOptions {
  /** A long-term store that holds the knowledge and nothing else. The knowledge owns it and closes it. */
  readonly store: LongTermStore;
}

const KNOWLEDGE_OPTIONS: NamesOf<KnowledgeOptions> = { store: true };

/**
 * Makes the reading side of shared knowledge, for `new MemoryManager({ knowledge })`. It has no methods that write.
 *
 * `get` returns a whole document (`KnowledgeDocument`) by its id, or a single passage by the key of a hit; `list`
 * returns documents; `search` returns passages (`KnowledgePassage`), each with its provenance. Each answer, and each
 * page of a list, shows one state: before an ingest or after it.
 */
export function createKnowledge(options: KnowledgeOptions): Knowledge {
  checkOptions(options, KNOWLEDGE_OPTIONS);
  const { store } = options;
  requireStore(store);
  return new StoredKnowledge(store);
}

class StoredKnowledge implements Knowledge {
  readonly name = "knowledge";
  readonly #store: LongTermStore;

  constructor(store: LongTermStore) {
    this.#store = store;
  }

  get(
    tenantId: string,
    keys: readonly string[],
    options?: CallOptions,
  ): Promise<(LongTermEntry | undefined)[]> {
    return this.#read(tenantId, options, (reading) => getKnown(reading, keys));
  }

  list(
    tenantId: string,
    request: ListRequest,
    options?: CallOptions,
  ): Promise<Page<LongTermEntry>> {
    return this.#read(tenantId, options, (reading) => listDocuments(reading, request));
  }

  count(tenantId: string, options?: CallOptions): Promise<number> {
    return this.#read(tenantId, options, async ({ manifest: { collections } }) =>
      collections.reduce((sum, { documents }) => sum + documents, 0),
    );
  }

  search(tenantId: string, request: SearchRequest, options?: CallOptions): Promise<SearchHit[]> {
    return this.#read(tenantId, options, (reading) => searchVisible(reading, request));
  }

  async health(): Promise<Health> {
    return this.#store.health();
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #read<T>(
    tenantId: string,
    options: CallOptions | undefined,
    read: (reading: Reading) => Promise<T>,
  ): Promise<T> {
    const [store, shelf] = [this.#store, shelfOf(tenantId)];
    return readVisible(store, shelf, options, (manifest) =>
      read({ store, shelf, manifest, options }),
    );
  }
}

/** How many documents are read together if a filter selects among them. */
const LOOKED_AT = 100;

/** A page of documents. Those that are not visible or do not pass the filter make it shorter, but not empty. */
async function listDocuments(
  reading: Reading,
  { filter, ...request }: ListRequest,
): Promise<Page<LongTermEntry>> {
  const { store, shelf, manifest, options } = reading;
  let { cursor } = request;
  let limit = filter === undefined ? request.limit : Math.max(request.limit, LOOKED_AT);
  for (;;) {
    const from = cursor === undefined ? {} : { cursor };
    const page = await store.list(shelf.documents, { ...request, ...from, limit }, options);
    const documents = await getDocuments(reading, editionsIn(page.items, manifest));
    const items = [...documents.values()].filter(
      ({ metadata }) => filter === undefined || matchesFilter(filter, metadata),
    );
    if (items.length > request.limit) {
      // The page has to end, and its cursor to stand, right behind the last that is given out.
      const last = items[request.limit - 1]?.key;
      limit = page.items.findIndex(({ key }) => key === last) + 1;
      continue;
    }
    cursor = page.cursor;
    if (cursor === undefined) return { items };
    if (items.length > 0) return { items, cursor };
  }
}
