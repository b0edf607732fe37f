import {
  checkEmbedder,
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
  type Reembedded,
  type ReembedOptions,
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
import { orAborted } from "./vectors/embedding.ts";
import { fittingPlan } from "./search/fitting-plan.ts";
import type { AskedChange, Place } from "./store/engine.ts";
import { noHistory } from "./history/history-answers.ts";
import { listPage } from "./reading/listing.ts";
import type { LanceDbStoreOptions } from "./store/options.ts";
import { Questions } from "./search/questions.ts";
import { countScope } from "./reading/scope-count.ts";
import { restoring } from "./log/restoring.ts";
import { describeHealth } from "./folder/store-health.ts";
import type { Answer } from "./log/replica.ts";
import { StoreLifecycle } from "./store/store-lifecycle.ts";
import { countTenant } from "./reading/store-stats.ts";

/** Makes a store at any kind of place. */
export function createStoreAt(place: Place, options: LanceDbStoreOptions): LongTermStore {
  return new LanceDbStore(place, options);
}

class LanceDbStore implements LongTermStore {
  readonly name = "lancedb";
  readonly #place: Place;
  readonly #clock: Clock;
  readonly #keepsHistory: boolean;
  readonly #questions: Questions;
  readonly #lifecycle: StoreLifecycle;

  constructor(place: Place, { history, clock = systemClock }: LanceDbStoreOptions) {
    this.#place = place;
    this.#clock = clock;
    this.#keepsHistory = history !== undefined;
    this.#questions = new Questions(clock);
    this.#lifecycle = new StoreLifecycle(place);
  }

  get capabilities(): LongTermCapabilities {
    const { durability } = this.#place;
    const vector = this.#embedder !== undefined;
    return { durability, shared: true, vector, history: this.#keepsHistory };
  }

  get #embedder(): Embedder | undefined {
    return this.#place.embedder.get();
  }

  async get(
    scope: Scope,
    keys: readonly string[],
    options?: ReadCallOptions,
  ): Promise<(LongTermEntry | undefined)[]> {
    checkScope(scope);
    const asOf = options?.asOf;
    return this.#lifecycle.call(options, ({ reader, history }) => {
      if (asOf === undefined) return reader.get(scope, keys);
      if (history === undefined) throw noHistory("options.asOf");
      return history.past(scope, keys, asOf);
    });
  }

  async save(
    scope: Scope,
    writes: readonly LongTermWrite[],
    options?: CallOptions,
  ): Promise<WriteResult[]> {
    checkScope(scope);
    const change = (at: number): AskedChange => ({ kind: "save", at, scope, writes });
    return this.#change(change, options) as Promise<WriteResult[]>;
  }

  async delete(
    scope: Scope,
    removals: readonly Removal[],
    options?: CallOptions,
  ): Promise<boolean[]> {
    checkScope(scope);
    const change = (at: number): AskedChange => ({ kind: "delete", at, scope, removals });
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
    const change = (at: number): AskedChange => ({ kind: "clear", at, scope });
    return this.#change(change, options) as Promise<number>;
  }

  async clearWorkflow(workflow: WorkflowRef, options?: CallOptions): Promise<number> {
    checkWorkflow(workflow);
    const { tenantId, workflowId } = workflow;
    const cleared = { tenantId, workflowId };
    const change = (at: number): AskedChange => ({ kind: "clear-workflow", at, workflow: cleared });
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
      const embedder = this.#embedder;
      const plan = await this.#questions.plan(embedder, scope, request, signal);
      if (plan === undefined) return [];
      return reader.read(async (view) => {
        const fitting = await fittingPlan(plan, view, embedder, request.mode);
        return search.hits(view, fitting, request, options?.signal);
      });
    });
  }

  async history(
    scope: Scope,
    key: string,
    request: HistoryRequest,
    options?: CallOptions,
  ): Promise<Page<Revision>> {
    checkScope(scope);
    return this.#lifecycle.call(options, (engine) => {
      if (engine.history === undefined) throw noHistory();
      return engine.history.page(scope, key, request);
    });
  }

  async erase(request: ErasureRequest, options?: EraseOptions): Promise<Erasure> {
    checkErasureRequest(request);
    const dryRun = options?.dryRun === true;
    return this.#lifecycle.call(options, (engine) => engine.erase(request, dryRun));
  }

  async verify(options?: CallOptions): Promise<Verification> {
    try {
      return await this.#lifecycle.call(options, (engine) => engine.verify());
    } catch (error) {
      // The store is too damaged to be opened.
      if (!isMemoryError(error, "MEM_CORRUPT")) throw error;
      return { entries: 0, problems: [{ message: error.message }] };
    }
  }

  async *entries(
    request?: PortableRequest,
    options?: CallOptions,
  ): AsyncIterable<readonly PortableEntry[]> {
    const { tenantId } = checkPortableRequest(request);
    const walk = await this.#lifecycle.call(options, (engine) => engine.walk(tenantId));
    try {
      for (;;) {
        // Each step is a separate call: the store may be closed between two of them.
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
    return this.#lifecycle.call(options, async (engine) => {
      const changes = [...restoring(checked, options, this.#embedder, this.#clock.now())];
      const answers = await Promise.all(changes.map((each) => engine.change(each, options.signal)));
      const stored = (answers as boolean[][]).flat().filter(Boolean).length;
      return { stored, skipped: checked.length - stored };
    });
  }

  async embedder(options?: CallOptions): Promise<EmbedderFingerprint | undefined> {
    return this.#lifecycle.call(options, (engine) => engine.embedder());
  }

  async reembed(embedder: Embedder, options: ReembedOptions = {}): Promise<Reembedded> {
    checkEmbedder(embedder, "embedder");
    const signal = this.#lifecycle.orClosing(options.signal);
    return this.#lifecycle.call(options, (engine) =>
      engine.reembed(embedder, { ...options, signal }),
    );
  }

  async stats(tenantId: string, options?: CallOptions): Promise<LongTermStats> {
    checkId(tenantId, "tenantId");
    return this.#lifecycle.call(options, ({ reader }) =>
      reader.read((view) => countTenant(view, tenantId, this.#embedder !== undefined)),
    );
  }

  async flush(options?: CallOptions): Promise<void> {
    return this.#lifecycle.call(options, (engine) =>
      orAborted(engine.bringUp(), this.#lifecycle.orClosing(options?.signal)),
    );
  }

  async health(): Promise<Health> {
    this.#lifecycle.refuseClosed();
    return this.#lifecycle.track(describeHealth(this.#place, this.#lifecycle, this.#questions));
  }

  close(): Promise<void> {
    return this.#lifecycle.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Reads the clock only after the store was opened, because its history may have begun only then. */
  #change(change: (at: number) => AskedChange, options: CallOptions | undefined): Promise<Answer> {
    return this.#lifecycle.call(options, (engine) =>
      engine.change(change(this.#clock.now()), options?.signal),
    );
  }
}

function checkWorkflow(workflow: WorkflowRef): void {
  if (typeof workflow !== "object" || workflow === null) {
    throw new MemoryError("MEM_INVALID_ARGUMENT", "workflow is missing", { path: "workflow" });
  }
  checkId(workflow.tenantId, "workflow.tenantId");
  checkId(workflow.workflowId, "workflow.workflowId");
}
