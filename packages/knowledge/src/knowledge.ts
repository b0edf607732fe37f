import type {
  CallOptions,
  Health,
  Knowledge,
  ListRequest,
  LongTermEntry,
  LongTermStore,
  Page,
  SearchHit,
  SearchRequest,
} from "@mem/core";
import { documentScope, passageScope } from "./shelf.ts";

export interface KnowledgeOptions {
  /** A long-term store that holds the knowledge and nothing else; the knowledge owns and closes it. */
  readonly store: LongTermStore;
}

/**
 * Makes the reading side of shared knowledge, for `new MemoryManager({ knowledge })`.
 *
 * `get` and `list` give documents by id (and single passages by the key of a hit); `search` finds passages, each with
 * its document, heading and place.
 */
export function createKnowledge({ store }: KnowledgeOptions): Knowledge {
  return new StoredKnowledge(store);
}

class StoredKnowledge implements Knowledge {
  readonly name = "knowledge";
  readonly #store: LongTermStore;

  constructor(store: LongTermStore) {
    this.#store = store;
  }

  async get(
    tenantId: string,
    keys: readonly string[],
    options?: CallOptions,
  ): Promise<(LongTermEntry | undefined)[]> {
    const [documents, passages] = await Promise.all([
      this.#store.get(documentScope(tenantId), keys, options),
      this.#store.get(passageScope(tenantId), keys, options),
    ]);
    return keys.map((_, i) => {
      const entry = documents[i] ?? passages[i];
      return entry && withoutShelf(entry);
    });
  }

  async list(
    tenantId: string,
    request: ListRequest,
    options?: CallOptions,
  ): Promise<Page<LongTermEntry>> {
    const page = await this.#store.list(documentScope(tenantId), request, options);
    return { ...page, items: page.items.map(withoutShelf) };
  }

  async count(tenantId: string, options?: CallOptions): Promise<number> {
    return this.#store.count(documentScope(tenantId), options);
  }

  async search(
    tenantId: string,
    request: SearchRequest,
    options?: CallOptions,
  ): Promise<SearchHit[]> {
    const scope = { tenantId, agentIds: [passageScope(tenantId).agentId] };
    const hits = await this.#store.search(scope, request, options);
    return hits.map(withoutShelf);
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
}

/** Agents have no business with the names of the scopes that the knowledge lies in. */
function withoutShelf<T extends LongTermEntry>(entry: T): T {
  const { agentId, ...seen } = entry;
  return agentId === undefined ? entry : (seen as T);
}
