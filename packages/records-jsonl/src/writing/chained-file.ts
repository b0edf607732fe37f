import {
  GroupCommit,
  LineFile,
  type AppendedLines,
  type Durability,
  type LineBlock,
  type Waiting,
} from "@mem/append-log";
import type { MemoryError } from "@mem/core";
import type { RecordFile } from "../folder/record-folder.ts";
import { storageError } from "../folder/storage-errors.ts";
import { Chain, MAX_CHAIN_BYTES } from "../line/chain.ts";
import type { LineDigester } from "../line/line-digest.ts";
import type { Holder, OpenFiles } from "./open-files.ts";
import { rotationOf } from "./rotation.ts";

/** What all files of a store share. */
export interface ChainedFileOptions {
  readonly digester: LineDigester;
  readonly durability: Durability;
  readonly openFiles: OpenFiles;
  /** Called before each write; rejects if nothing may be written. */
  readonly prepare: (file: RecordFile) => Promise<void>;
  /** Called after each write that stored something. */
  readonly onAppended: (file: ChainedFile, appended: AppendedLines) => void;
  /** Called for each group of calls that has settled, with how many characters they had and the error, if any. */
  readonly onSettled: (chars: number, error: MemoryError | undefined) => void;
  readonly onFailedClose: (error: unknown) => void;
}

/** Only the first `stored` records of a call are stored. */
export class PartlyStored extends Error {
  readonly stored: number;
  override readonly cause: MemoryError;

  constructor(stored: number, cause: MemoryError) {
    super(cause.message);
    this.stored = stored;
    this.cause = cause;
  }
}

/** The current file of an agent, to which this store appends in groups and in one chain. */
export class ChainedFile implements Holder {
  readonly file: RecordFile;
  isBusy = false;
  isOpen = false;
  /** The UTC day of the latest write. */
  day: number | undefined;
  readonly #options: ChainedFileOptions;
  readonly #lines: LineFile;
  readonly #commits: GroupCommit<readonly string[], void>;
  #chain: Chain;
  /** Whether it is unknown which of the chain's last lines are in the file: then the chain can't be continued. */
  #inDoubt = false;
  /** How many calls are not settled. */
  #pending = 0;

  constructor(file: RecordFile, options: ChainedFileOptions) {
    this.file = file;
    this.#options = options;
    const { durability, digester } = options;
    const rotation = rotationOf(file);
    this.#lines = new LineFile({ path: file.path, durability, writeInPlace: true, rotation });
    this.#chain = new Chain(digester);
    // Not bounded here: the writer bounds what waits in all files together.
    this.#commits = new GroupCommit({
      commit: (batch) => this.#commit(batch),
      maxQueuedBytes: Infinity,
    });
  }

  /** Whether nothing is open, runs or waits. */
  get isIdle(): boolean {
    return !this.isOpen && !this.isBusy && this.#pending === 0;
  }

  /** Resolves when the records, given as JSON, are stored. Rejects with a `MemoryError` or with `PartlyStored`. */
  append(records: readonly string[], chars: number): Promise<void> {
    this.#pending += 1;
    return this.#commits.add(records, chars);
  }

  flush(): Promise<void> {
    return this.#commits.flush();
  }

  async close(): Promise<void> {
    await this.#commits.close();
    await this.release();
  }

  async release(): Promise<void> {
    this.isOpen = false;
    try {
      await this.#lines.close();
    } catch (error) {
      this.#options.onFailedClose(error);
    }
  }

  async #commit(batch: readonly Batched[]): Promise<void> {
    const { openFiles, prepare, onAppended } = this.#options;
    this.isBusy = true;
    await openFiles.take(this);
    try {
      await prepare(this.file);
      this.isOpen = true;
      const appended = await this.#write(batch);
      if (appended.offsets.length > 0) onAppended(this, appended);
      this.#settle(batch, appended.offsets.length, appended.failure);
    } catch (error) {
      this.#settle(batch, 0, error);
    }
    this.isBusy = false;
    await openFiles.yield(this);
  }

  async #write(batch: readonly Batched[]): Promise<AppendedLines> {
    if (this.#inDoubt) this.#chain = new Chain(this.#options.digester);
    const chain = this.#chain;
    const before = chain.state;
    this.#inDoubt = true;
    const appended = await this.#lines.appendBlock(linkAll(chain, batch));
    if (appended.failure === undefined) this.#inDoubt = false;
    else if (appended.failure.outcome === "not-applied") {
      chain.restore(before);
      const records = batch.flatMap(({ item }) => item);
      for (const json of records.slice(0, appended.offsets.length)) chain.link(json);
      this.#inDoubt = false;
    }
    return appended;
  }

  /** Settles each call. The first `stored` records of the batch are stored. */
  #settle(batch: readonly Batched[], stored: number, failure: unknown): void {
    const error = failure === undefined ? undefined : storageError(failure);
    this.#pending -= batch.length;
    let chars = 0;
    let left = stored;
    for (const { item, bytes, resolve, reject } of batch) {
      const own = Math.min(left, item.length);
      chars += bytes;
      left -= own;
      if (own === item.length || error === undefined) resolve();
      else reject(own === 0 ? error : new PartlyStored(own, error));
    }
    this.#options.onSettled(chars, error);
  }
}

/** The next lines of the chain, joined in one buffer. */
function linkAll(chain: Chain, batch: readonly Batched[]): LineBlock {
  let most = 0;
  for (const { item } of batch) {
    for (const json of item) most += mostBytes(json) + MAX_CHAIN_BYTES;
  }
  const buffer = Buffer.allocUnsafe(most);
  const starts: number[] = [];
  let end = 0;
  for (const { item } of batch) {
    for (const json of item) {
      starts.push(end);
      end = chain.linkInto(json, buffer, end);
      buffer[end] = NEWLINE;
      end += 1;
    }
  }
  return { bytes: buffer.subarray(0, end), starts };
}

/** Upper bound of a text's bytes. Does not go through short texts for it: room that is not needed is never touched. */
function mostBytes(text: string): number {
  // A UTF-16 code unit is at most three bytes of UTF-8.
  return text.length <= MAX_ROOMY_CHARS ? text.length * 3 : Buffer.byteLength(text);
}

const MAX_ROOMY_CHARS = 4096;
const NEWLINE = 10;

type Batched = Waiting<readonly string[], void>;
