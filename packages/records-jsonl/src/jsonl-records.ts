import type { Durability } from "@mem/append-log";
import {
  checkId,
  MemoryError,
  throwIfAborted,
  type CallOptions,
  type ExecutionRecord,
  type Health,
  type Page,
  type RecordQuery,
  type RecordStore,
} from "@mem/core";
import { DamageLog } from "./damage-log.ts";
import { invalid } from "./record-checks.ts";
import { RecordFolder } from "./record-folder.ts";
import { RecordReader } from "./record-reader.ts";
import { RecordWriter } from "./record-writer.ts";
import { storageError } from "./storage-errors.ts";

export interface JsonlRecordsOptions {
  /** The folder, created at the first append. Several processes may use it at once. */
  readonly dir: string;
  /**
   * What an acknowledged record survives: `"disk"` a power cut, `"process"` the end of the process only, which is
   * faster. Default `"disk"`.
   */
  readonly durability?: Durability;
  /** The longest line, in bytes; a longer record is refused with `MEM_TOO_LARGE`. Default 16,777,216. */
  readonly maxRecordBytes?: number;
  /** How many files are open for writing at once, and as many for reading. Default 64. */
  readonly maxOpenFiles?: number;
}

/**
 * Makes a store that keeps execution records as JSONL: one file for each agent, `<dir>/<agent>.jsonl`, one line for
 * each record. Nothing is touched before the first call.
 *
 * A call rejects with `MEM_CAPACITY` (the disk is full, or too much waits to be stored), `MEM_TOO_LARGE`,
 * `MEM_READ_ONLY`, `MEM_CORRUPT` (a file is a link or no file), `MEM_FORMAT` (a later release wrote here),
 * `MEM_UNAVAILABLE` or, where it stored some of a batch, `MEM_PARTIAL`. Damaged lines are skipped and reported by `health()`.
 */
export function createJsonlRecords(options: JsonlRecordsOptions): RecordStore {
  const { dir, durability = "disk", maxRecordBytes = 2 ** 24, maxOpenFiles = 64 } = options;
  if (typeof dir !== "string" || dir === "") throw invalid("options.dir", "has to be a path");
  if (durability !== "disk" && durability !== "process") {
    throw invalid("options.durability", 'has to be "disk" or "process"');
  }
  for (const [name, value] of Object.entries({ maxRecordBytes, maxOpenFiles })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw invalid(`options.${name}`, "has to be a whole number, 1 or more");
    }
  }
  return new JsonlRecords({ dir, durability, maxRecordBytes, maxOpenFiles });
}

class JsonlRecords implements RecordStore {
  readonly name = "jsonl";
  readonly capabilities: RecordStore["capabilities"];
  readonly #damage = new DamageLog();
  readonly #folder: RecordFolder;
  readonly #reader: RecordReader;
  readonly #writer: RecordWriter;
  #closing: Promise<void> | undefined;

  constructor(options: Required<JsonlRecordsOptions>) {
    this.capabilities = { durability: options.durability, shared: true };
    this.#folder = new RecordFolder(options.dir, this.#damage);
    const parts = { ...options, folder: this.#folder, damage: this.#damage };
    this.#reader = new RecordReader(parts);
    this.#writer = new RecordWriter(parts);
  }

  async append(records: readonly ExecutionRecord[], options?: CallOptions): Promise<void> {
    this.#refuseClosed();
    throwIfAborted(options?.signal);
    await this.#writer.append(records);
  }

  async query(
    tenantId: string,
    query: RecordQuery,
    options?: CallOptions,
  ): Promise<Page<ExecutionRecord>> {
    this.#refuseClosed();
    throwIfAborted(options?.signal);
    checkId(tenantId, "tenantId");
    try {
      return await this.#reader.page(tenantId, query, () => {
        this.#refuseClosed();
        if (options?.signal?.aborted !== true) return;
        const cause: unknown = options.signal.reason;
        throw new MemoryError("MEM_ABORTED", "the query was aborted", { cause });
      });
    } catch (error) {
      throw storageError(error);
    }
  }

  async flush(): Promise<void> {
    this.#refuseClosed();
    await this.#writer.flush();
  }

  async health(): Promise<Health> {
    this.#refuseClosed();
    const folder = await this.#folder.health();
    const failure = this.#writer.lastFailure;
    const messages = [
      ...folder.messages,
      ...(failure === undefined ? [] : [`the latest append failed: ${failure.message}`]),
      ...this.#damage.messages(),
    ];
    return {
      status: folder.status === "ok" && messages.length > 0 ? "degraded" : folder.status,
      backend: this.name,
      durability: this.capabilities.durability,
      messages,
      details: { damage: this.#damage.details() },
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#writer.close().catch((error: unknown) => {
      throw storageError(error);
    });
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #refuseClosed(): void {
    if (this.#closing !== undefined)
      throw new MemoryError("MEM_CLOSED", "these records are closed");
  }
}
