import type { AppendedLines, Durability } from "@mem/append-log";
import { MemoryError, type Clock, type ExecutionRecord, type ItemResult } from "@mem/core";
import type { RecordFolder } from "../folder/record-folder.ts";
import { storageError } from "../folder/storage-errors.ts";
import type { LineDigester } from "../line/line-digest.ts";
import { encodeRecord } from "../line/record-line.ts";
import { ChainedFile, PartlyStored } from "./chained-file.ts";
import { dayOf, type RotationRule } from "./current-file.ts";
import { FolderVisits } from "./folder-visits.ts";
import { OpenFiles } from "./open-files.ts";
import { checkRecord, requireOneTenant } from "./record-checks.ts";
import type { Upkeep } from "./upkeep.ts";

export interface RecordWriterOptions {
  readonly folder: RecordFolder;
  readonly durability: Durability;
  readonly maxRecordBytes: number;
  readonly maxOpenFiles: number;
  readonly digester: LineDigester;
  readonly upkeep: Upkeep;
  readonly clock: Clock;
  readonly rotate: RotationRule;
  /** Whether there is upkeep to do each day: rotation, retention. */
  readonly tendsDaily: boolean;
}

/** Maximum size of the records that wait to be stored, in characters; if none waits, accepts a larger batch, too. */
const MAX_WAITING = 64 * 2 ** 20;
/** Maximum number of agents whose chains are remembered; a forgotten one begins a new chain. */
const MAX_FILES = 2 ** 14;

/** Appends records to the files of their agents. */
export class RecordWriter {
  readonly #options: RecordWriterOptions;
  readonly #visits: FolderVisits;
  readonly #shared: ConstructorParameters<typeof ChainedFile>[1];
  /** By tenant and agent. */
  readonly #files = new Map<string, Map<string, ChainedFile>>();
  #count = 0;
  #waiting = 0;
  #lastFailure: MemoryError | undefined;
  #failedClose: unknown;

  constructor(options: RecordWriterOptions) {
    this.#options = options;
    this.#visits = new FolderVisits(options);
    this.#shared = {
      digester: options.digester,
      durability: options.durability,
      openFiles: new OpenFiles(options.maxOpenFiles),
      prepare: (file) => this.#visits.prepare(file),
      onAppended: (file, appended) => this.#tend(file, appended),
      onSettled: (chars, error) => {
        this.#waiting -= chars;
        this.#lastFailure = error;
      },
      onFailedClose: (error) => (this.#failedClose ??= error),
    };
  }

  /** Why the latest append failed, if it did. */
  get lastFailure(): MemoryError | undefined {
    return this.#lastFailure;
  }

  /** Refuses invalid records at once; resolves when all are stored. */
  append(records: readonly ExecutionRecord[]): Promise<void> {
    const [record] = records;
    if (record === undefined) return Promise.resolve();
    if (records.length > 1) return this.#appendMany(records);
    checkRecord(record, 0);
    const json = this.#encode(record, 0);
    this.#reserve(json.length);
    return this.#fileOf(record).append([json], json.length);
  }

  /** Waits for the calls so far, whether they succeed or fail: each reports that itself. */
  async flush(): Promise<void> {
    await Promise.all(this.#all().map((file) => file.flush()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#all().map((file) => file.close()));
    if (this.#failedClose !== undefined) throw storageError(this.#failedClose);
  }

  #all(): ChainedFile[] {
    return [...this.#files.values()].flatMap((files) => [...files.values()]);
  }

  async #appendMany(records: readonly ExecutionRecord[]): Promise<void> {
    requireOneTenant(records);
    for (const [n, record] of records.entries()) checkRecord(record, n);
    const lines = records.map((record, n) => this.#encode(record, n));
    this.#reserve(lines.reduce((sum, { length }) => sum + length, 0));
    const places = new Map<ChainedFile, number[]>();
    for (const [n, record] of records.entries()) {
      const file = this.#fileOf(record);
      const own = places.get(file);
      if (own === undefined) places.set(file, [n]);
      else own.push(n);
    }
    const failures = new Map<number, MemoryError>();
    await Promise.all(
      [...places].map(async ([file, own]) => {
        const jsons = own.map((n) => lines[n] as string);
        const chars = jsons.reduce((sum, { length }) => sum + length, 0);
        try {
          await file.append(jsons, chars);
        } catch (reason) {
          const stored = reason instanceof PartlyStored ? reason.stored : 0;
          const error = reason instanceof PartlyStored ? reason.cause : storageError(reason);
          for (const n of own.slice(stored)) failures.set(n, error);
        }
      }),
    );
    this.#lastFailure = failureOf(records, failures);
    if (this.#lastFailure !== undefined) throw this.#lastFailure;
  }

  #encode(record: ExecutionRecord, n: number): string {
    const { maxRecordBytes } = this.#options;
    const json = encodeRecord(record);
    // A UTF-16 code unit is at most three bytes of UTF-8.
    if (json.length * 3 <= maxRecordBytes || Buffer.byteLength(json) <= maxRecordBytes) return json;
    const path = `records[${n}]`;
    const message = `${path} is longer than ${maxRecordBytes} bytes of JSON`;
    throw new MemoryError("MEM_TOO_LARGE", message, { path });
  }

  #reserve(chars: number): void {
    if (this.#waiting > 0 && this.#waiting + chars > MAX_WAITING) {
      const message = `more than ${MAX_WAITING} characters of records would wait to be stored`;
      this.#lastFailure = new MemoryError("MEM_CAPACITY", message);
      throw this.#lastFailure;
    }
    this.#waiting += chars;
  }

  #fileOf({ tenantId, agentId }: ExecutionRecord): ChainedFile {
    let files = this.#files.get(tenantId);
    const known = files?.get(agentId);
    if (known !== undefined) return known;
    files ??= new Map();
    this.#files.set(tenantId, files);
    this.#forgetOne();
    const file = new ChainedFile(this.#options.folder.fileOf(tenantId, agentId), this.#shared);
    files.set(agentId, file);
    this.#count += 1;
    return file;
  }

  /** Makes room for another agent: forgets an idle one that was added long ago. */
  #forgetOne(): void {
    if (this.#count < MAX_FILES) return;
    for (const [tenantId, files] of this.#files) {
      for (const [agentId, file] of files) {
        if (!file.isIdle) continue;
        files.delete(agentId);
        if (files.size === 0) this.#files.delete(tenantId);
        this.#count -= 1;
        return;
      }
    }
  }

  /** Requests the upkeep that is due after a write, without waiting for it. */
  #tend(file: ChainedFile, { end, rotated }: AppendedLines): void {
    const { upkeep, clock, rotate, tendsDaily } = this.#options;
    const day = dayOf(clock.now());
    const isNewDay = file.day !== day;
    file.day = day;
    const isFull = !rotated && end >= rotate.bytes;
    if (isFull || (tendsDaily && isNewDay)) upkeep.request(file.file);
  }
}

/** The error to throw if some or all of the records were not stored. */
function failureOf(
  records: readonly ExecutionRecord[],
  failures: ReadonlyMap<number, MemoryError>,
): MemoryError | undefined {
  const errors = [...failures.values()];
  const cause = errors.find(({ outcome }) => outcome === "unknown") ?? errors[0];
  if (cause === undefined || errors.length === records.length) return cause;
  const results = records.map(({ id }, n): ItemResult => {
    const error = failures.get(n);
    return error === undefined ? { status: "stored", version: id } : { status: "failed", error };
  });
  const stored = records.length - errors.length;
  const message = `${stored} of ${records.length} records were stored: ${cause.message}`;
  return new MemoryError("MEM_PARTIAL", message, { cause, results, outcome: "unknown" });
}
