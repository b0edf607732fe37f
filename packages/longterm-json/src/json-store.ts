import { randomUUID } from "node:crypto";
import {
  checkEmbedder,
  checkErasureRequest,
  checkId,
  checkPortableEntries,
  checkPortableRequest,
  checkScope,
  checkSearchScope,
  MemoryError,
  throwIfAborted,
  type CallOptions,
  type Embedder,
  type EmbedderFingerprint,
  type EraseOptions,
  type Erasure,
  type ErasureRequest,
  type Health,
  type ListRequest,
  type LongTermCapabilities,
  type LongTermEntry,
  type LongTermStats,
  type LongTermStore,
  type LongTermWrite,
  type Page,
  type PortableEntry,
  type PortableRequest,
  type ReadCallOptions,
  type Reembedded,
  type ReembedOptions,
  type Removal,
  type Restored,
  type RestoreOptions,
  type Scope,
  type SearchHit,
  type SearchRequest,
  type SearchScope,
  type Verification,
  type WorkflowRef,
  type WriteResult,
} from "@mem/core";
import {
  clearing,
  clearingWorkflow,
  erasing,
  removing,
  restoring,
  saving,
  type Edit,
} from "./edits.ts";
import { decodeCursor, pageOf } from "./listing.ts";
import { openFiles, type OpenFiles } from "./open-files.ts";
import { resolveOptions, type JsonStoreOptions, type Settings } from "./options.ts";
import { portableBatches } from "./portable.ts";
import { copyEntry } from "./stored-entry.ts";
import { asProblem } from "./verification.ts";

/**
 * Makes a long-term store that keeps everything in one human-readable JSON file.
 *
 * It is meant for small memories in one process: every save rewrites the whole file (saves that wait at the same time
 * share one rewrite) and is acknowledged when it would survive a power cut. Nothing is opened before the first call.
 * Calls reject with `MEM_LOCKED` while another process or store has the file open, and with `MEM_CORRUPT` or
 * `MEM_FORMAT` if the file can't be read. If the stored vectors come from another embedder, calls that need an embedder
 * reject with `MEM_EMBEDDING` or `MEM_DIMENSION`; all others work.
 */
export function createJsonStore(options: JsonStoreOptions): LongTermStore {
  return new JsonStore(resolveOptions(options));
}

class JsonStore implements LongTermStore {
  readonly name = "json";
  readonly #settings: Settings;
  #searchesByVector: boolean;
  #opening: Promise<OpenFiles> | undefined;
  #closing: Promise<void> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#searchesByVector = settings.embedder !== undefined;
  }

  get capabilities(): LongTermCapabilities {
    return { durability: "disk", shared: false, vector: this.#searchesByVector, history: false };
  }

  async get(
    scope: Scope,
    keys: readonly string[],
    options?: ReadCallOptions,
  ): Promise<(LongTermEntry | undefined)[]> {
    this.#begin(options);
    checkScope(scope);
    if (options?.asOf !== undefined) throw withoutHistory("options.asOf");
    const { catalog } = await this.#open();
    const entries = catalog.inScope(scope);
    return keys.map((key) => {
      const stored = entries?.get(key);
      return stored && copyEntry(stored.entry);
    });
  }

  async save(
    scope: Scope,
    writes: readonly LongTermWrite[],
    options?: CallOptions,
  ): Promise<WriteResult[]> {
    this.#begin(options);
    checkScope(scope);
    const { storage } = await this.#open();
    const edit = saving(scope, writes, storage, this.#settings.maxBytes);
    return storage.edit(edit, JSON.stringify(writes).length, options?.signal);
  }

  async delete(
    scope: Scope,
    removals: readonly Removal[],
    options?: CallOptions,
  ): Promise<boolean[]> {
    this.#begin(options);
    checkScope(scope);
    return this.#edit(removing(scope, removals), options);
  }

  async list(
    scope: Scope,
    request: ListRequest,
    options?: CallOptions,
  ): Promise<Page<LongTermEntry>> {
    this.#begin(options);
    checkScope(scope);
    const after = request.cursor === undefined ? undefined : decodeCursor(request.cursor);
    const { catalog } = await this.#open();
    return pageOf(catalog.inScope(scope), request, after);
  }

  async count(scope: Scope, options?: CallOptions): Promise<number> {
    this.#begin(options);
    checkScope(scope);
    const { catalog } = await this.#open();
    return catalog.inScope(scope)?.size ?? 0;
  }

  async clear(scope: Scope, options?: CallOptions): Promise<number> {
    this.#begin(options);
    checkScope(scope);
    return this.#edit(clearing(scope), options);
  }

  async clearWorkflow(workflow: WorkflowRef, options?: CallOptions): Promise<number> {
    this.#begin(options);
    checkId(workflow?.tenantId, "workflow.tenantId");
    checkId(workflow.workflowId, "workflow.workflowId");
    return this.#edit(clearingWorkflow(workflow), options);
  }

  async search(
    scope: SearchScope,
    request: SearchRequest,
    options?: CallOptions,
  ): Promise<SearchHit[]> {
    this.#begin(options);
    checkSearchScope(scope);
    const { search } = await this.#open();
    return search.search(scope, request, options?.signal);
  }

  async history(scope: Scope, _: string, __: unknown, options?: CallOptions): Promise<never> {
    this.#begin(options);
    checkScope(scope);
    throw withoutHistory();
  }

  async erase(request: ErasureRequest, options?: EraseOptions): Promise<Erasure> {
    this.#begin(options);
    checkErasureRequest(request);
    const dryRun = options?.dryRun === true;
    const files = await this.#open();
    const entries = await this.#edit(erasing(request, dryRun), options);
    // Even if nothing was found: an earlier erasure may have been cut off here.
    if (!dryRun) await eraseVectors(files);
    return { id: randomUUID(), at: this.#settings.clock.now(), dryRun, entries, revisions: 0 };
  }

  async verify(options?: CallOptions): Promise<Verification> {
    this.#begin(options);
    try {
      const { storage, vectors } = await this.#open();
      const found = await storage.verify();
      const problems =
        (await vectors.current?.verify().catch((error: unknown) => [asProblem(error)])) ?? [];
      return { ...found, problems: [...found.problems, ...problems] };
    } catch (error) {
      return { entries: 0, problems: [asProblem(error)] };
    }
  }

  async *entries(
    request?: PortableRequest,
    options?: CallOptions,
  ): AsyncGenerator<readonly PortableEntry[]> {
    this.#begin(options);
    const { tenantId } = checkPortableRequest(request);
    const { catalog, vectors } = await this.#open();
    for (const batch of portableBatches(catalog, vectors.current, tenantId)) {
      this.#begin(options);
      yield batch;
    }
  }

  async restore(
    portable: readonly PortableEntry[],
    options: RestoreOptions = {},
  ): Promise<Restored> {
    this.#begin(options);
    const entries = checkPortableEntries(portable, options);
    const { ifExists = "replace", vectorsOf, signal } = options;
    const { storage, vectors } = await this.#open();
    const edit = restoring(entries, ifExists, storage, this.#settings.maxBytes);
    const size = JSON.stringify(entries.map(({ entry }) => entry)).length;
    const store = (): Promise<Restored> => storage.edit(edit, size, signal);
    const { current } = vectors;
    return current?.isOf(vectorsOf) === true ? current.bring(entries, store) : store();
  }

  async embedder(options?: CallOptions): Promise<EmbedderFingerprint | undefined> {
    this.#begin(options);
    const { vectors } = await this.#open();
    return vectors.current?.fingerprint;
  }

  async reembed(embedder: Embedder, options?: ReembedOptions): Promise<Reembedded> {
    this.#begin(options);
    checkEmbedder(embedder, "embedder");
    const { vectors } = await this.#open();
    const done = await vectors.reembed(embedder, options);
    this.#searchesByVector = true;
    return done;
  }

  async stats(tenantId: string, options?: CallOptions): Promise<LongTermStats> {
    this.#begin(options);
    checkId(tenantId, "tenantId");
    const { catalog, vectors } = await this.#open();
    const scopes = catalog.ofTenant(tenantId);
    return {
      entries: scopes.reduce((sum, { size }) => sum + size, 0),
      pendingVectors: vectors.current?.pendingIn(scopes) ?? 0,
    };
  }

  async flush(options?: CallOptions): Promise<void> {
    this.#begin(options);
    const { storage, vectors } = await this.#open();
    await storage.flush();
    await vectors.flush(options?.signal);
  }

  async health(): Promise<Health> {
    this.#begin();
    const about = { backend: this.name, durability: this.capabilities.durability };
    try {
      const files = await this.#open();
      return { ...about, ...(await files.health()) };
    } catch (error) {
      const { message } = error as Error;
      const { path } = this.#settings;
      return { ...about, status: "down", messages: [message], details: { path } };
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #edit<T>(edit: Edit<T>, options: CallOptions | undefined): Promise<T> {
    const { storage } = await this.#open();
    return storage.edit(edit, 0, options?.signal);
  }

  #begin(options?: CallOptions): void {
    if (this.#closing !== undefined) throw new MemoryError("MEM_CLOSED", "this store is closed");
    throwIfAborted(options?.signal);
  }

  /** Opens the files once; again only if that failed. */
  #open(): Promise<OpenFiles> {
    this.#opening ??= openFiles(this.#settings).catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #close(): Promise<void> {
    // What failed to open has nothing to close.
    const files = await this.#opening?.catch(() => undefined);
    await files?.close();
  }
}

function withoutHistory(path?: string): MemoryError {
  return new MemoryError(
    "MEM_UNSUPPORTED",
    "this store keeps no history; use one whose capabilities say that it does",
    path === undefined ? {} : { path },
  );
}

/** Erases the vectors of texts that are gone. */
async function eraseVectors({ vectors }: OpenFiles): Promise<void> {
  try {
    await vectors.erase();
  } catch (cause) {
    const { code, message } = cause as MemoryError;
    throw new MemoryError(
      code,
      `the entries are erased, and their vectors are not: ${message}; erase them again`,
      { cause, outcome: "unknown" },
    );
  }
}
