import { MemoryError } from "@mem/core";
import { storageError } from "./storage-error.ts";
import { isGone, VectorLog, type VectorLogOptions } from "./vector-log.ts";

/**
 * The vectors on disk, opened when they are first asked for. Once they are open, trouble with them keeps nobody from
 * the embedder: it is remembered, and what can't be read is not there.
 */
export class SharedVectors {
  readonly #options: VectorLogOptions;
  #opening: Promise<VectorLog> | undefined;
  #log: VectorLog | undefined;
  #closing: Promise<void> | undefined;
  readonly #failures = new Map<"read" | "write", MemoryError>();

  constructor(options: VectorLogOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#log?.size ?? 0;
  }

  get failure(): MemoryError | undefined {
    return this.#failures.get("write") ?? this.#failures.get("read");
  }

  throwIfClosed(): void {
    if (this.#closing !== undefined) throw new MemoryError("MEM_CLOSED", "the cache is closed");
  }

  /** Those that are there. Rejects when the folder can't be used at all. */
  async read(keys: readonly string[]): Promise<Map<string, Float32Array>> {
    let log = await this.#open();
    let vectors = await this.#attempt("read", log, () => log.read(keys));
    if (this.#log !== log) {
      // Others have dropped more than this process had read, or somebody has removed the folder.
      log = await this.#open();
      vectors = await this.#attempt("read", log, () => log.read(keys));
    }
    // What is used is not to go with what is not.
    if (vectors !== undefined && vectors.old.size > 0) await this.write(vectors.old);
    return vectors?.found ?? new Map<string, Float32Array>();
  }

  async write(vectors: ReadonlyMap<string, Float32Array>): Promise<void> {
    const log = this.#log;
    if (log !== undefined) await this.#attempt("write", log, () => log.write(vectors));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #open(): Promise<VectorLog> {
    this.throwIfClosed();
    this.#opening ??= VectorLog.open(this.#options);
    const opening = this.#opening;
    try {
      this.#log = await opening;
      return this.#log;
    } catch (error) {
      // The next call tries again.
      if (this.#opening === opening) this.#opening = undefined;
      throw storageError(error);
    }
  }

  async #attempt<T>(
    what: "read" | "write",
    log: VectorLog,
    task: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      const result = await task();
      this.#failures.delete(what);
      return result;
    } catch (error) {
      this.#failures.set(what, storageError(error));
      if (isGone(error) && this.#log === log) {
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
