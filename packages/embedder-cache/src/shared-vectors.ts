import { MemoryError, publishFailure } from "@mem/core";
import { storageError } from "./storage-error.ts";
import { isGone, VectorLog, type VectorLogOptions } from "./vector-log.ts";

type Deed = "open" | "read" | "write";

/**
 * The vectors on disk, opened at first use. A failure never keeps callers from the embedder: it is published, and
 * vectors that can't be read count as missing.
 */
export class SharedVectors {
  readonly #options: VectorLogOptions;
  #opening: Promise<VectorLog> | undefined;
  #log: VectorLog | undefined;
  #closing: Promise<void> | undefined;
  readonly #failures = new Map<Deed, MemoryError>();

  constructor(options: VectorLogOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#log?.size ?? 0;
  }

  get failure(): MemoryError | undefined {
    const [first] = this.#failures.values();
    return first;
  }

  throwIfClosed(): void {
    if (this.#closing !== undefined) throw new MemoryError("MEM_CLOSED", "the cache is closed");
  }

  /** The vectors that are on disk. */
  async read(keys: readonly string[]): Promise<Map<string, Float32Array>> {
    const log = await this.#open();
    let vectors = log && (await this.#attempt("read", () => log.read(keys)));
    if (log !== undefined && this.#log !== log) {
      // Others have dropped more than this process had read, or somebody has removed the folder.
      const anew = await this.#open();
      vectors = anew && (await this.#attempt("read", () => anew.read(keys)));
    }
    // Used vectors must not be dropped with unused ones.
    if (vectors !== undefined && vectors.old.size > 0) await this.write(vectors.old);
    return vectors?.found ?? new Map<string, Float32Array>();
  }

  async write(vectors: ReadonlyMap<string, Float32Array>): Promise<void> {
    const log = this.#log;
    if (log !== undefined) await this.#attempt("write", () => log.write(vectors));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** `undefined` if the folder can't be used; the next call tries again. */
  async #open(): Promise<VectorLog | undefined> {
    if (this.#closing !== undefined) return undefined;
    this.#opening ??= VectorLog.open(this.#options);
    const opening = this.#opening;
    const log = await this.#attempt("open", () => opening);
    if (this.#opening !== opening) return this.#log;
    this.#log = log;
    if (log === undefined) this.#opening = undefined;
    return log;
  }

  async #attempt<T>(deed: Deed, task: () => Promise<T>): Promise<T | undefined> {
    const log = this.#log;
    try {
      const result = await task();
      this.#failures.delete(deed);
      return result;
    } catch (error) {
      // After `close`, nothing needs to be stored any more.
      if (this.#closing !== undefined) return undefined;
      const failure = storageError(error);
      this.#failures.set(deed, failure);
      publishFailure(`${deed} the cache of vectors`, failure);
      if (log !== undefined && this.#log === log && isGone(error)) {
        this.#log = this.#opening = undefined;
        await log.close();
      }
      return undefined;
    }
  }

  async #close(): Promise<void> {
    const log = await this.#opening?.catch(() => undefined);
    await log?.close();
  }
}
