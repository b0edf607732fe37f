import {
  checkErasureRequest,
  checkId,
  checkPortableEntries,
  checkPortableRequest,
  checkScope,
  checkSearchScope,
  isMemoryError,
  MemoryError,
  systemClock,
  type CallOptions,
  type Clock,
  type Embedder,
  type EmbedderFingerprint,
  type EraseOptions,
  type Erasure,
  type ErasureRequest,
  type Health,
  type HistoryRequest,
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
  type Removal,
  type Restored,
  type RestoreOptions,
  type Revision,
  type Scope,
  type SearchHit,
  type SearchRequest,
  type SearchScope,
  type Verification,
  type WorkflowRef,
  type WriteResult,
} from "@mem/core";
import type { LanguageName } from "@mem/search";
import type { Change } from "./change.ts";
import { orAborted } from "./embedding.ts";
import { erase, rehearseErasure } from "./erasure.ts";
import { listPage } from "./listing.ts";
import { locate, type StoreLocation } from "./location.ts";
import { Questions } from "./questions.ts";
import { bringUp } from "./opened-store.ts";
import { countScope } from "./scope-count.ts";
import { restoring } from "./restoring.ts";
import { readDescription } from "./store-description.ts";
import { describeHealth } from "./store-health.ts";
import type { Answer } from "./replica.ts";
import { StoreLifecycle } from "./store-lifecycle.ts";
import { countTenant } from "./store-stats.ts";
import { verifyStore } from "./verification.ts";
import { walkEntries } from "./walk.ts";

export interface LanceDbStoreOptions {
  /**
   * The store's folder on a local disk, made where it is missing. Its lock lies beside it as `<uri>.lock`. Network file
   * systems and addresses such as `s3://…` are refused with `MEM_UNSUPPORTED`.
   */
  readonly uri: string;
  /** Makes it search by vector, too. The store remembers it and refuses another one's vectors. */
  readonly embedder?: Embedder;
  /** The language of the texts, for stems and stop words. Default `"english"`; another one later analyses all anew. */
  readonly language?: LanguageName;
  /**
   * Bound, in bytes of memory, of what is saved and not yet written to LanceDB's table: at it saves wait, and reject with
   * `MEM_CAPACITY` after ten seconds. Default 64 MiB.
   */
  readonly maxUnflushedBytes?: number;
  /** Bound of the cache of entries, in bytes of memory. Default 16 MiB. */
  readonly cacheBytes?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/**
 * Makes a long-term store on LanceDB. Nothing is loaded, opened or created before the first call.
 *
 * What it acknowledges survives kill -9 and power loss, and any number of processes of a machine may use one folder.
 * Throws `MEM_INVALID_ARGUMENT`, or `MEM_UNSUPPORTED` where `uri` is not a local path.
 */
export function createLanceDbStore(options: LanceDbStoreOptions): LongTermStore {
  return new LanceDbStore(options);
}

class LanceDbStore implements LongTermStore {
  readonly name = "lancedb";
  readonly capabilities: LongTermCapabilities;
  readonly #location: StoreLocation;
  readonly #clock: Clock;
  readonly #embedder: Embedder | undefined;
  readonly #questions: Questions;
  readonly #lifecycle: StoreLifecycle;

  constructor(options: LanceDbStoreOptions) {
    const { uri, embedder, language = "english", clock = systemClock } = options;
    this.#location = locate(uri);
    this.#clock = clock;
    this.#embedder = embedder;
    this.#questions = new Questions(embedder);
    this.#lifecycle = new StoreLifecycle({
      location: this.#location,
      language,
      clock,
      embedder,
      maxUnflushedBytes: checkBytes(options, "maxUnflushedBytes", 64 << 20),
      cacheBytes: checkBytes(options, "cacheBytes", 16 << 20),
    });
    const vector = embedder !== undefined;
    this.capabilities = { durability: "disk", shared: true, vector, history: false };
  }

  async get(
    scope: Scope,
    keys: readonly string[],
    options?: ReadCallOptions,
  ): Promise<(LongTermEntry | undefined)[]> {
    checkScope(scope);
    refusePast(options);
    return this.#lifecycle.call(options, ({ reader }) => reader.get(scope, keys));
  }

  async save(
    scope: Scope,
    writes: readonly LongTermWrite[],
    options?: CallOptions,
  ): Promise<WriteResult[]> {
    checkScope(scope);
    const change = { kind: "save", at: this.#clock.now(), scope, writes } as const;
    return this.#change(change, options) as Promise<WriteResult[]>;
  }

  async delete(
    scope: Scope,
    removals: readonly Removal[],
    options?: CallOptions,
  ): Promise<boolean[]> {
    checkScope(scope);
    const change = { kind: "delete", at: this.#clock.now(), scope, removals } as const;
    return this.#change(change, options) as Promise<boolean[]>;
  }

  async list(
    scope: Scope,
    request: ListRequest,
    options?: CallOptions,
  ): Promise<Page<LongTermEntry>> {
    checkScope(scope);
    return this.#lifecycle.call(options, ({ reader }) =>
      reader.read((view) => listPage(view, scope, request)),
    );
  }

  async count(scope: Scope, options?: CallOptions): Promise<number> {
    checkScope(scope);
    return this.#lifecycle.call(options, ({ reader }) =>
      reader.read((view) => countScope(view, scope)),
    );
  }

  async clear(scope: Scope, options?: CallOptions): Promise<number> {
    checkScope(scope);
    const change = { kind: "clear", at: this.#clock.now(), scope } as const;
    return this.#change(change, options) as Promise<number>;
  }

  async clearWorkflow(workflow: WorkflowRef, options?: CallOptions): Promise<number> {
    checkWorkflow(workflow);
    const { tenantId, workflowId } = workflow;
    const change = {
      kind: "clear-workflow",
      at: this.#clock.now(),
      workflow: { tenantId, workflowId },
    } as const;
    return this.#change(change, options) as Promise<number>;
  }

  async search(
    scope: SearchScope,
    request: SearchRequest,
    options?: CallOptions,
  ): Promise<SearchHit[]> {
    checkSearchScope(scope);
    return this.#lifecycle.call(options, async ({ reader, search }) => {
      const signal = this.#lifecycle.orClosing(options?.signal);
      const plan = await this.#questions.plan(scope, request, signal);
      return plan === undefined ? [] : reader.read((view) => search.hits(view, plan, request));
    });
  }

  async history(
    scope: Scope,
    _key: string,
    _request: HistoryRequest,
    options?: CallOptions,
  ): Promise<Page<Revision>> {
    checkScope(scope);
    return this.#lifecycle.call(options, () => {
      throw new MemoryError("MEM_UNSUPPORTED", "todo");
    });
  }

  async erase(request: ErasureRequest, options?: EraseOptions): Promise<Erasure> {
    checkErasureRequest(request);
    const run = options?.dryRun === true ? rehearseErasure : erase;
    return this.#lifecycle.call(options, (opened) => run(opened, request, this.#clock));
  }

  async verify(options?: CallOptions): Promise<Verification> {
    try {
      return await this.#lifecycle.call(options, verifyStore);
    } catch (error) {
      // It is too damaged to be opened.
      if (!isMemoryError(error, "MEM_CORRUPT")) throw error;
      return { entries: 0, problems: [{ message: error.message }] };
    }
  }

  async *entries(
    request?: PortableRequest,
    options?: CallOptions,
  ): AsyncIterable<readonly PortableEntry[]> {
    const { tenantId } = checkPortableRequest(request);
    const walk = await this.#lifecycle.call(options, async (opened) => {
      await opened.reader.catchUp();
      return walkEntries(opened, tenantId);
    });
    try {
      for (;;) {
        // Each step is a call of its own: between them the store may be closed.
        const step = await this.#lifecycle.call(options, () => walk.next());
        if (step.done === true) return;
        yield step.value;
      }
    } finally {
      await walk.return(undefined);
    }
  }

  async restore(
    entries: readonly PortableEntry[],
    options: RestoreOptions = {},
  ): Promise<Restored> {
    const checked = checkPortableEntries(entries, options);
    return this.#lifecycle.call(options, async ({ log }) => {
      const changes = [...restoring(checked, options, this.#embedder, this.#clock.now())];
      const answers = await Promise.all(changes.map((each) => log.append(each, options.signal)));
      const stored = (answers as boolean[][]).flat().filter(Boolean).length;
      return { stored, skipped: checked.length - stored };
    });
  }

  async embedder(options?: CallOptions): Promise<EmbedderFingerprint | undefined> {
    return this.#lifecycle.call(options, async () => {
      return (await readDescription(this.#location.description))?.embedder;
    });
  }

  async stats(tenantId: string, options?: CallOptions): Promise<LongTermStats> {
    checkId(tenantId, "tenantId");
    return this.#lifecycle.call(options, ({ reader }) =>
      reader.read((view) => countTenant(view, tenantId, this.#embedder !== undefined)),
    );
  }

  async flush(options?: CallOptions): Promise<void> {
    return this.#lifecycle.call(options, (opened) =>
      orAborted(bringUp(opened), this.#lifecycle.orClosing(options?.signal)),
    );
  }

  async health(): Promise<Health> {
    this.#lifecycle.refuseClosed();
    return this.#lifecycle.track(describeHealth(this.#location, this.#lifecycle, this.#questions));
  }

  close(): Promise<void> {
    return this.#lifecycle.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #change(change: Change, options: CallOptions | undefined): Promise<Answer> {
    return this.#lifecycle.call(options, ({ log }) => log.append(change, options?.signal));
  }
}

function refusePast(options: ReadCallOptions | undefined): void {
  if (options?.asOf === undefined) return;
  throw new MemoryError("MEM_UNSUPPORTED", "asOf can't be answered: the store keeps no history", {
    path: "options.asOf",
  });
}

function checkWorkflow(workflow: WorkflowRef): void {
  if (typeof workflow !== "object" || workflow === null) {
    throw new MemoryError("MEM_INVALID_ARGUMENT", "workflow is missing", { path: "workflow" });
  }
  checkId(workflow.tenantId, "workflow.tenantId");
  checkId(workflow.workflowId, "workflow.workflowId");
}

function checkBytes(
  options: LanceDbStoreOptions,
  name: "maxUnflushedBytes" | "cacheBytes",
  fallback: number,
): number {
  const bytes = options[name] ?? fallback;
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new MemoryError("MEM_INVALID_ARGUMENT", `options.${name} has to be a number of bytes`, {
    path: `options.${name}`,
  });
}
