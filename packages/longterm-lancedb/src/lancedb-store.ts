import {
  checkId,
  checkScope,
  checkSearchScope,
  MemoryError,
  systemClock,
  type CallOptions,
  type Clock,
  type Embedder,
  type Health,
  type ListRequest,
  type LongTermCapabilities,
  type LongTermEntry,
  type LongTermStats,
  type LongTermStore,
  type LongTermWrite,
  type Page,
  type ReadCallOptions,
  type Removal,
  type Scope,
  type SearchHit,
  type SearchRequest,
  type SearchScope,
  type WorkflowRef,
  type WriteResult,
} from "@mem/core";
import type { LanguageName } from "@mem/search";
import { clearing, clearingWorkflow, removing, saving } from "./changes.ts";
import { orAborted } from "./embedding.ts";
import { listPage } from "./listing.ts";
import { locate, type StoreLocation } from "./location.ts";
import { Questions } from "./questions.ts";
import { readEntries } from "./row-queries.ts";
import { rowId } from "./row.ts";
import { toEntry } from "./row-conversion.ts";
import { inScope, inSearchScope } from "./sql.ts";
import { describeHealth } from "./store-health.ts";
import { StoreLifecycle } from "./store-lifecycle.ts";
import { countTenant } from "./store-stats.ts";

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
  readonly #embedder: Embedder | undefined;
  readonly #questions: Questions;
  readonly #lifecycle: StoreLifecycle;

  constructor({ uri, embedder, language = "english", clock = systemClock }: LanceDbStoreOptions) {
    this.#location = locate(uri);
    this.#embedder = embedder;
    this.#questions = new Questions(embedder);
    this.#lifecycle = new StoreLifecycle({ location: this.#location, language, clock, embedder });
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
    return this.#lifecycle.call(options, async ({ database }) => {
      const ids = keys.map((key) => rowId(scope, key));
      const rows = await database.read((table) => readEntries(table, ids));
      return ids.map((id) => {
        const row = rows.get(id);
        return row && toEntry(row);
      });
    });
  }

  async save(
    scope: Scope,
    writes: readonly LongTermWrite[],
    options?: CallOptions,
  ): Promise<WriteResult[]> {
    checkScope(scope);
    return this.#lifecycle.call(options, ({ writer, context }) =>
      writer.change(saving(scope, writes, context), options?.signal),
    );
  }

  async delete(
    scope: Scope,
    removals: readonly Removal[],
    options?: CallOptions,
  ): Promise<boolean[]> {
    checkScope(scope);
    return this.#lifecycle.call(options, ({ writer }) =>
      writer.change(removing(scope, removals), options?.signal),
    );
  }

  async list(
    scope: Scope,
    request: ListRequest,
    options?: CallOptions,
  ): Promise<Page<LongTermEntry>> {
    checkScope(scope);
    return this.#lifecycle.call(options, ({ database }) => listPage(database, scope, request));
  }

  async count(scope: Scope, options?: CallOptions): Promise<number> {
    checkScope(scope);
    return this.#lifecycle.call(options, ({ database }) => database.count(inScope(scope)));
  }

  async clear(scope: Scope, options?: CallOptions): Promise<number> {
    checkScope(scope);
    return this.#lifecycle.call(options, ({ writer }) =>
      writer.clear(clearing(scope), options?.signal),
    );
  }

  async clearWorkflow(workflow: WorkflowRef, options?: CallOptions): Promise<number> {
    checkWorkflow(workflow);
    return this.#lifecycle.call(options, ({ writer }) =>
      writer.clear(clearingWorkflow(workflow), options?.signal),
    );
  }

  async search(
    scope: SearchScope,
    request: SearchRequest,
    options?: CallOptions,
  ): Promise<SearchHit[]> {
    checkSearchScope(scope);
    return this.#lifecycle.call(options, async ({ search }) => {
      const signal = this.#lifecycle.orClosing(options?.signal);
      const plan = await this.#questions.plan(inSearchScope(scope), request, signal);
      return plan === undefined ? [] : await search.hits(plan, request);
    });
  }

  async stats(tenantId: string, options?: CallOptions): Promise<LongTermStats> {
    checkId(tenantId, "tenantId");
    return this.#lifecycle.call(options, ({ database }) =>
      countTenant(database, tenantId, this.#embedder !== undefined),
    );
  }

  async flush(options?: CallOptions): Promise<void> {
    return this.#lifecycle.call(options, (opened) =>
      orAborted(opened.catchUp(), this.#lifecycle.orClosing(options?.signal)),
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
