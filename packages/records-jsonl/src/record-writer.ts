import type { Durability } from "@mem/append-log";
import { MemoryError, type ExecutionRecord, type ItemResult } from "@mem/core";
import { AppenderPool } from "./appender-pool.ts";
import { checkRecords } from "./record-checks.ts";
import type { RecordFolder } from "./record-folder.ts";
import { encodeRecord } from "./record-line.ts";
import { storageError } from "./storage-errors.ts";

export interface RecordWriterOptions {
  readonly folder: RecordFolder;
  readonly durability: Durability;
  readonly maxRecordBytes: number;
  readonly maxOpenFiles: number;
}

/** Bound, in characters, of the records that wait to be stored; when none does, a larger batch is taken, too. */
const MAX_WAITING = 64 * 2 ** 20;

/** Appends records to the files of their agents. */
export class RecordWriter {
  readonly #options: RecordWriterOptions;
  readonly #pool: AppenderPool;
  /** Calls that are under way. */
  readonly #running = new Set<Promise<void>>();
  #waiting = 0;
  #lastFailure: MemoryError | undefined;

  constructor(options: RecordWriterOptions) {
    this.#options = options;
    this.#pool = new AppenderPool(options.durability, options.maxOpenFiles);
  }

  /** Why the latest append failed, if it did. */
  get lastFailure(): MemoryError | undefined {
    return this.#lastFailure;
  }

  async append(records: readonly ExecutionRecord[]): Promise<void> {
    if (records.length === 0) return;
    checkRecords(records);
    const lines = records.map((record, n) => this.#encode(record, n));
    const size = lines.reduce((sum, { length }) => sum + length, 0);
    if (this.#waiting > 0 && this.#waiting + size > MAX_WAITING) {
      const message = `more than ${MAX_WAITING} characters of records would wait to be stored`;
      throw new MemoryError("MEM_CAPACITY", message);
    }
    this.#waiting += size;
    const call = this.#store(records, lines);
    this.#running.add(call);
    try {
      await call;
      this.#lastFailure = undefined;
    } catch (error) {
      this.#lastFailure = storageError(error);
      throw this.#lastFailure;
    } finally {
      this.#waiting -= size;
      this.#running.delete(call);
    }
  }

  /** Waits for the calls so far, whatever becomes of them: they tell it themselves. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#pool.close();
  }

  #encode(record: ExecutionRecord, n: number): string {
    const { maxRecordBytes } = this.#options;
    const line = encodeRecord(record);
    // A UTF-16 code unit is at most three bytes of UTF-8.
    if (line.length * 3 <= maxRecordBytes || Buffer.byteLength(line) <= maxRecordBytes) return line;
    const path = `records[${n}]`;
    const message = `${path} is longer than ${maxRecordBytes} bytes of JSON`;
    throw new MemoryError("MEM_TOO_LARGE", message, { path });
  }

  async #store(records: readonly ExecutionRecord[], lines: readonly string[]): Promise<void> {
    const { folder } = this.#options;
    const paths = records.map(({ tenantId, agentId }) => folder.fileOf(tenantId, agentId).path);
    await folder.prepareToWrite();
    const settled = await Promise.allSettled(
      lines.map((line, n) =>
        this.#pool.use(paths[n] as string, (appender) => appender.append(line)),
      ),
    );
    requireAllStored(records, settled);
  }
}

/** Throws what became of the records where some or all of them were not stored. */
function requireAllStored(
  records: readonly ExecutionRecord[],
  settled: readonly PromiseSettledResult<unknown>[],
): void {
  const failures: MemoryError[] = [];
  const results = records.map(({ id }, n): ItemResult => {
    const result = settled[n];
    if (result?.status !== "rejected") return { status: "stored", version: id };
    const error = storageError(result.reason);
    failures.push(error);
    return { status: "failed", error };
  });
  const cause = failures.find(({ outcome }) => outcome === "unknown") ?? failures[0];
  if (cause === undefined) return;
  if (failures.length === records.length) throw cause;
  const stored = records.length - failures.length;
  const message = `${stored} of ${records.length} records were stored: ${cause.message}`;
  throw new MemoryError("MEM_PARTIAL", message, { cause, results, outcome: "unknown" });
}
