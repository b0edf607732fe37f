import { isMemoryError, MemoryError, type Clock, type Embedder } from "@mem/core";
import { addingVectors, type MadeVector } from "./changes.ts";
import type { Database } from "./database.ts";
import { embedChecked } from "./embedding.ts";
import type { Row } from "./row.ts";
import { all, idIn, VECTOR_PENDING } from "./sql.ts";
import type { Writer } from "./writer.ts";

const TEXTS_AT_ONCE = 256;
const CHARACTERS_AT_ONCE = 500_000;
/** More than these are not remembered, but looked for in the table. */
const REMEMBERED = 10_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

type PendingRow = Pick<Row, "id" | "text" | "version">;

/**
 * Fills in vectors behind the saves. What is still to do stands in the table itself, so that nothing is lost with
 * the process, and a service that is down costs nothing but time.
 */
export class EmbeddingQueue {
  readonly #database: Database;
  readonly #writer: Writer;
  readonly #embedder: Embedder;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #remembered = new Set<string>();
  /** Rows whose text the embedder refused while it took others: not asked again until somebody flushes. */
  readonly #refused = new Set<string>();
  /** Whether there may be rows to do that are not remembered. */
  #unremembered = true;
  #running: Promise<void> | undefined;
  #failures = 0;
  #failure: MemoryError | undefined;
  #cancelRetry: (() => void) | undefined;

  constructor(database: Database, writer: Writer, embedder: Embedder, clock: Clock) {
    this.#database = database;
    this.#writer = writer;
    this.#embedder = embedder;
    this.#clock = clock;
  }

  /** Why the last attempt failed. */
  get failure(): MemoryError | undefined {
    return this.#failure;
  }

  /** Looks for rows that another process, or an earlier one, left without a vector. */
  lookForMore(): void {
    this.#unremembered = true;
    void this.#start();
  }

  /** Takes note of rows that were committed without a vector. */
  add(ids: readonly string[]): void {
    for (const id of ids) this.#remembered.add(id);
    if (this.#remembered.size > REMEMBERED) {
      this.#remembered.clear();
      this.#unremembered = true;
    }
    if (ids.length > 0 && this.#cancelRetry === undefined) void this.#start();
  }

  /** Resolves when every row has its vector; rejects with what keeps the embedder from making them. */
  async flush(): Promise<void> {
    // What is under way may have looked before the caller's last save.
    await this.#running?.catch(() => undefined);
    this.#refused.clear();
    this.#unremembered = true;
    await this.#start();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelRetry?.();
    await this.#running;
  }

  #start(): Promise<void> {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      while (!this.#closing.signal.aborted) {
        const rows = await this.#next();
        if (rows.length === 0) break;
        await this.#writer.change(addingVectors(await this.#embed(rows)));
        this.#failures = 0;
      }
      if (this.#refused.size === 0) this.#failure = undefined;
    } catch (error) {
      this.#failed(error);
    }
    this.#running = undefined;
    // What came in after the last look, unless there is a reason to wait.
    const more = this.#remembered.size > 0 && this.#cancelRetry === undefined;
    if (more && !this.#closing.signal.aborted) void this.#start();
  }

  async #next(): Promise<PendingRow[]> {
    while (this.#remembered.size > 0 || this.#unremembered) {
      const ids = [...this.#remembered].slice(0, TEXTS_AT_ONCE);
      const condition = ids.length > 0 ? idIn(ids) : this.#notRefused();
      const rows: PendingRow[] = await this.#database.read((table) =>
        table
          .query()
          .where(all(VECTOR_PENDING, condition))
          .select(["id", "text", "version"])
          .limit(TEXTS_AT_ONCE)
          .toArray(),
      );
      for (const id of ids) this.#remembered.delete(id);
      if (ids.length === 0 && rows.length < TEXTS_AT_ONCE) this.#unremembered = false;
      if (rows.length > 0) return this.#fitting(rows);
    }
    return [];
  }

  #notRefused(): string | undefined {
    return this.#refused.size === 0 ? undefined : `NOT ${idIn([...this.#refused])}`;
  }

  /** As many as make a request of a reasonable size; the others are remembered. */
  #fitting(rows: readonly PendingRow[]): PendingRow[] {
    const fitting: PendingRow[] = [];
    let characters = 0;
    for (const row of rows) {
      characters += row.text.length;
      if (fitting.length > 0 && characters > CHARACTERS_AT_ONCE) this.#remembered.add(row.id);
      else fitting.push(row);
    }
    return fitting;
  }

  async #embed(rows: readonly PendingRow[]): Promise<MadeVector[]> {
    try {
      return await this.#request(rows);
    } catch (error) {
      this.#keep(rows);
      if (rows.length === 1 || this.#isPassing(error)) throw error;
      return await this.#embedOneByOne(rows, error);
    }
  }

  /** One text that the embedder does not take shall not keep the others from their vectors. */
  async #embedOneByOne(rows: readonly PendingRow[], error: unknown): Promise<MadeVector[]> {
    const made: MadeVector[] = [];
    const refused: string[] = [];
    for (const row of rows) {
      try {
        made.push(...(await this.#request([row])));
      } catch (reason) {
        if (this.#isPassing(reason)) throw reason;
        refused.push(row.id);
      }
    }
    if (made.length === 0) throw error;
    for (const id of refused) {
      this.#refused.add(id);
      this.#remembered.delete(id);
    }
    if (refused.length > 0) this.#failure = asMemoryError(error);
    return made;
  }

  async #request(rows: readonly PendingRow[]): Promise<MadeVector[]> {
    const texts = [...new Set(rows.map(({ text }) => text))];
    const { signal } = this.#closing;
    const vectors = await embedChecked(this.#embedder, texts, "document", signal);
    const byText = new Map(texts.map((text, i) => [text, vectors[i]]));
    return rows.flatMap(({ id, version, text }) => {
      const vector = byText.get(text);
      return vector === undefined ? [] : [{ id, version, vector }];
    });
  }

  /** Whether the same request may succeed later. */
  #isPassing(error: unknown): boolean {
    return !isMemoryError(error) || error.retryable || this.#closing.signal.aborted;
  }

  #keep(rows: readonly PendingRow[]): void {
    for (const { id } of rows) this.#remembered.add(id);
  }

  #failed(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#failure = asMemoryError(error);
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS);
    this.#failures++;
    this.#cancelRetry = this.#clock.schedule(delayMs, () => {
      this.#cancelRetry = undefined;
      void this.#start();
    });
  }
}

function asMemoryError(error: unknown): MemoryError {
  if (isMemoryError(error)) return error;
  return new MemoryError("MEM_EMBEDDING", "vectors could not be made", { cause: error });
}
