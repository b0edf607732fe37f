import {
  SAVE_ITEM,
  type AgentMemory,
  type Deletion,
  type Listing,
  type SaveItem,
} from "./agent-memory.ts";
import type { LongTermEntry, Removal } from "./entry.ts";
import { checkFields, checkOptions } from "./checks.ts";
import { invalid, MemoryError } from "./errors.ts";
import { cloneJson } from "./copy-json.ts";
import { type JsonValue } from "./json.ts";
import type { Page } from "./keyed-store.ts";
import { createListing } from "./listing.ts";
import type { SearchHit } from "./search-hit.ts";
import { deleteMatching, isKeys } from "./matching-deletion.ts";
import { searchMemory } from "./memory-search.ts";
import { applySchema, keyName, keySchema, type KeyLike } from "./memory-key.ts";
import {
  DELETE_OPTIONS,
  INCREMENT_OPTIONS,
  LIST_OPTIONS,
  READ_OPTIONS,
  REVISION_OPTIONS,
  SAVE_OPTIONS,
  SCHEMA_READ_OPTIONS,
  WRITABLE_OPTIONS,
  type DeleteOptions,
  type IncrementOptions,
  type ListOptions,
  type ReadOptions,
  type RevisionOptions,
  type SaveOptions,
  type SchemaReadOptions,
  type WritableOptions,
} from "./memory-options.ts";
import { updateEntry } from "./optimistic-update.ts";
import { writableType } from "./memory-type.ts";
import type { Router } from "./router.ts";
import type { Revision } from "./revision.ts";
import { checkId, encodeScope } from "./scope.ts";
import { SEARCH_OPTIONS, type SearchOptions } from "./search-options.ts";

const NO_OPTIONS = {};

/** The one implementation of `AgentMemory`: a scope over the backends. It owns nothing. */
export class ScopedMemory implements AgentMemory {
  readonly #router: Router;

  constructor(router: Router) {
    this.#router = router;
  }

  save(key: KeyLike, value: unknown, options: SaveOptions = NO_OPTIONS): Promise<boolean> {
    try {
      checkOptions(options, SAVE_OPTIONS);
      const type = writableType(options.memoryType);
      const write = this.#router.prepare(type, keyName(key), value, options);
      const schema = keySchema(key);
      if (schema === undefined) return this.#router.sendOne(type, write, options.signal);
      // Validates the copy: the caller's object may change meanwhile.
      return applySchema(schema, write.value, "value").then(() =>
        this.#router.sendOne(type, write, options.signal),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  retrieve(key: KeyLike, options: SchemaReadOptions = NO_OPTIONS): Promise<JsonValue | undefined> {
    try {
      checkOptions(options, SCHEMA_READ_OPTIONS);
      const schema = options.schema ?? keySchema(key);
      const value = this.#router.readValue(keyName(key), options);
      return schema === undefined
        ? value
        : value.then((found) =>
            found === undefined
              ? undefined
              : (applySchema(schema, found, "value") as Promise<JsonValue>),
          );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async retrieveEntry(
    key: KeyLike,
    options: SchemaReadOptions = NO_OPTIONS,
  ): Promise<LongTermEntry | undefined> {
    checkOptions(options, SCHEMA_READ_OPTIONS);
    const name = keyName(key);
    const schema = options.schema ?? keySchema(key);
    const [entry] = await this.#router.read([name], options);
    if (entry === undefined || schema === undefined) return entry as LongTermEntry | undefined;
    const value = (await applySchema(schema, entry.value, "value")) as JsonValue;
    return { ...entry, value } as LongTermEntry;
  }

  async update(
    key: KeyLike,
    change: (old: never) => unknown,
    options: WritableOptions = {},
  ): Promise<never> {
    checkOptions(options, WRITABLE_OPTIONS);
    const type = writableType(options.memoryType);
    const name = keyName(key);
    const schema = keySchema(key);
    const { backends, place } = this.#router;
    const entry = `${type} ${encodeScope(place.scope)} ${name}`;
    const value = await updateEntry({
      takeTurn: (attempt) => backends.updates.take(entry, attempt),
      read: async () => (await this.#router.read([name], { ...options, memoryType: type }))[0],
      change: async (old) => {
        const known = old !== undefined && schema ? await applySchema(schema, old, "value") : old;
        return change(known as never);
      },
      write: async (next) => {
        const write = this.#router.prepare(type, name, next.value, next);
        if (schema !== undefined) await applySchema(schema, write.value, "value");
        return this.#router.sendOne(type, write, options.signal);
      },
      limits: backends.limits,
      keepsTtl: type === "short_term",
      signal: options.signal,
    });
    return (schema === undefined ? value : await applySchema(schema, value, "value")) as never;
  }

  async increment(key: string, by: number = 1, options: IncrementOptions = {}): Promise<number> {
    checkOptions(options, INCREMENT_OPTIONS);
    // The types allow no other memory here; if a caller names one anyway, this must not count in short-term memory.
    if (writableType(options.memoryType) !== "short_term") {
      throw new MemoryError("MEM_UNSUPPORTED", "long-term memory does not count; update it", {
        path: "options.memoryType",
      });
    }
    return this.#router.increment(key, by, options);
  }

  async delete(key: KeyLike, options: DeleteOptions = {}): Promise<boolean> {
    checkOptions(options, DELETE_OPTIONS);
    const type = writableType(options.memoryType);
    const removal: Removal = {
      key: keyName(key),
      ...(options.ifVersion !== undefined && {
        ifVersion: checkId(options.ifVersion, "ifVersion"),
      }),
    };
    const [deleted] = await this.#router.remove(type, [removal], options.signal);
    return deleted ?? false;
  }

  async saveMany(items: readonly SaveItem[], options: WritableOptions = {}): Promise<boolean[]> {
    checkOptions(options, WRITABLE_OPTIONS);
    const type = writableType(options.memoryType);
    if (!Array.isArray(items)) throw invalid("items", "has to be an array");
    const keys = new Set<string>();
    for (const [i, item] of items.entries()) {
      checkFields(item, SAVE_ITEM, `items[${i}]`);
      if (keys.has(checkId(item.key, `items[${i}].key`))) {
        throw invalid(`items[${i}].key`, "occurs twice in one call");
      }
      keys.add(item.key);
    }
    const writes = items.map((item, i) =>
      this.#router.prepare(type, item.key, item.value, item, `items[${i}].`),
    );
    const results = await this.#router.send(type, writes, options.signal);
    return results.map((result) => result.stored);
  }

  async retrieveMany(
    keys: readonly string[],
    options: ReadOptions = {},
  ): Promise<(JsonValue | undefined)[]> {
    checkOptions(options, READ_OPTIONS);
    if (!Array.isArray(keys)) throw invalid("keys", "has to be an array");
    const names = keys.map((key, i) => checkId(key, `keys[${i}]`));
    const distinct = [...new Set(names)];
    const entries = await this.#router.read(distinct, options);
    const byKey = new Map(distinct.map((key, i) => [key, entries[i]?.value]));
    return names.map((key) => {
      const value = byKey.get(key);
      // A key that is asked for twice gets two copies: each result belongs to the caller.
      return value === undefined || distinct.length === names.length ? value : cloneJson(value);
    });
  }

  async deleteMany(what: Deletion, options: WritableOptions = {}): Promise<number> {
    checkOptions(options, WRITABLE_OPTIONS);
    const type = writableType(options.memoryType);
    if (isKeys(what)) {
      const keys = [...new Set(what.map((key) => keyName(key)))];
      const removals = keys.map((key) => ({ key }));
      const deleted = await this.#router.remove(type, removals, options.signal);
      return deleted.filter(Boolean).length;
    }
    return deleteMatching(this.#router, type, what, options);
  }

  list(options: ListOptions = {}): Listing<LongTermEntry> {
    checkOptions(options, LIST_OPTIONS);
    return createListing<LongTermEntry>({
      fetch: (cursor, limit) =>
        this.#router.page(options, cursor, limit) as Promise<Page<LongTermEntry>>,
      limit: options.limit,
      pageSize: options.pageSize,
    });
  }

  history(key: KeyLike, options: RevisionOptions = {}): Listing<Revision> {
    checkOptions(options, REVISION_OPTIONS);
    return createListing<Revision>({
      fetch: async (cursor, limit) =>
        this.#router.revisions(
          keyName(key),
          { limit, ...(cursor !== undefined && { cursor }) },
          options.signal,
        ),
      limit: options.limit,
      pageSize: options.pageSize,
    });
  }

  async search(query: string, options: SearchOptions = {}): Promise<SearchHit[]> {
    checkOptions(options, SEARCH_OPTIONS);
    return searchMemory(this.#router, query, options);
  }
}
