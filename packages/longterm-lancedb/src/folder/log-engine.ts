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
import type { AskedChange, Condition, Engine } from "../store/engine.ts";
import { erase, rehearseErasure } from "../upkeep/erasure.ts";
import { HistoryAnswers } from "../history/history-answers.ts";
import type { MemoryReader } from "../reading/memory-reader.ts";
import { bringUp, closeAll, type OpenedStore } from "./opened-store.ts";
import type { Answer } from "../log/replica.ts";
import { appendBatch } from "../log/saving.ts";
import type { Search } from "../search/search.ts";
import { reembedFolder } from "../upkeep/reembedding.ts";
import { conditionOf } from "./store-health.ts";
import { verifyStore } from "../reading/verification.ts";
import { walkEntries } from "../reading/walk.ts";

/** A version of the table is removed no sooner than two seconds after the next one was written. */
const QUIET_MS = 1_000;

/** A store in a folder: the log is the truth, and LanceDB's table follows it. */
export class LogEngine implements Engine {
  readonly reader: MemoryReader;
  readonly search: Search;
  readonly history?: HistoryAnswers;
  readonly #opened: OpenedStore;
  readonly #clock: Clock;
  #changedAt: number;
  #listening: Promise<void> | undefined;

  constructor(opened: OpenedStore, clock: Clock, tellsHistory: boolean) {
    this.reader = opened.reader;
    this.search = opened.search;
    if (tellsHistory) this.history = new HistoryAnswers(opened, clock);
    this.#opened = opened;
    this.#clock = clock;
    this.#changedAt = clock.monotonic();
  }

  get isBroken(): boolean {
    return this.#opened.replica.hasFailed;
  }

  /**
   * After a pause, reads first what other processes did meanwhile. If judging that needs a version of the table that is
   * gone by now, the store is opened anew, which is harmless as long as the change itself is not in the log.
   */
  async change(change: AskedChange, signal?: AbortSignal): Promise<Answer> {
    const now = this.#clock.monotonic();
    if (now - this.#changedAt >= QUIET_MS) {
      this.#listening ??= this.reader.catchUp().finally(() => (this.#listening = undefined));
    }
    this.#changedAt = now;
    // Later changes wait, too, so that all keep their order.
    if (this.#listening !== undefined) await this.#listening;
    const { log } = this.#opened;
    const isBatch = change.kind === "save" && change.writes.length > 1;
    return isBatch ? appendBatch(log, change, signal) : log.append(change, signal);
  }

  async walk(tenantId: string | undefined): Promise<AsyncGenerator<readonly PortableEntry[]>> {
    await this.reader.catchUp();
    return walkEntries(this.#opened, tenantId);
  }

  erase(request: ErasureRequest, dryRun: boolean): Promise<Erasure> {
    return (dryRun ? rehearseErasure : erase)(this.#opened, request, this.#clock);
  }

  verify(): Promise<Verification> {
    return verifyStore(this.#opened);
  }

  async embedder(): Promise<EmbedderFingerprint | undefined> {
    await this.reader.catchUp();
    return this.#opened.base.state.embedder;
  }

  reembed(embedder: Embedder, options: ReembedOptions): Promise<Reembedded> {
    return reembedFolder(this.#opened, embedder, options);
  }

  async bringUp(): Promise<void> {
    // Includes what other processes saved and can't make vectors for.
    await this.reader.catchUp();
    await bringUp(this.#opened);
  }

  condition(): Promise<Condition> {
    return conditionOf(this.#opened);
  }

  async stopWaiting(): Promise<void> {
    this.#opened.writer.stopWaiting();
    await this.#opened.vectors.close();
  }

  close(): Promise<void> {
    return closeAll(this.#opened);
  }
}
