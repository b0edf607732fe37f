import { systemClock, type Clock } from "@mem/core";
import { takeLock, tryLock } from "../folder/folder-lock.ts";
import type { RecordFile, RecordFolder } from "../folder/record-folder.ts";
import { storageError } from "../folder/storage-errors.ts";
import type { SegmentWork } from "./segment-work.ts";

export interface UpkeepOptions {
  readonly folder: RecordFolder;
  readonly clock: Clock;
  readonly work: SegmentWork;
  /** Tells the work to stop where it is. */
  readonly stop: () => void;
}

/** How long `exclusively()` waits for the lock, in ms. */
const LOCK_TIMEOUT_MS = 30_000;
/** Delay before another attempt if the lock was not free, and after a failure, in ms. */
const BUSY_DELAY_MS = 100;
const FAILURE_DELAY_MS = 5000;
/** How long `close()` waits for background work before it stops it, in ms. */
const CLOSING_MS = 5000;

/** Rotates, finishes and drops segments in the background: no append ever waits for it. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #wanted = new Map<string, RecordFile>();
  /** Files that wait for another attempt, each with a function that cancels it. */
  readonly #postponed = new Map<string, () => void>();
  readonly #failures = new Map<string, string>();
  /** The last of the tasks, which run one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #running: Promise<void> | undefined;
  #isClosing = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Requests upkeep of an agent's files, soon and in the background. */
  request(file: RecordFile): void {
    if (this.#isClosing || this.#postponed.has(file.path)) return;
    this.#wanted.set(file.path, file);
    this.#running ??= this.#run();
  }

  /**
   * Runs a task while nobody else, in this or any other process, may rotate, close, erase or drop. Rejects with
   * `MEM_LOCKED` if another process keeps the lock for 30 seconds.
   */
  async exclusively<T>(task: (work: SegmentWork) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { folder, work } = this.#options;
    return this.#inTurn(async () => {
      using _ = await takeLock(folder.lockPath, LOCK_TIMEOUT_MS, signal);
      // Awaited here, because the lock is released when this block ends.
      return await task(work);
    });
  }

  /** What failed, as messages for people; failed upkeep is retried. */
  messages(): string[] {
    return [...this.#failures.values(), ...this.#options.work.messages()];
  }

  /** Resolves when nothing runs any more. Does not wait for further attempts. */
  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    await this.#last;
  }

  /** Waits for running work, and stops it after some seconds; the next store finishes the rest. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const cancel of this.#postponed.values()) cancel();
    const cancel = systemClock.schedule(CLOSING_MS, this.#options.stop);
    await this.flush();
    cancel();
  }

  async #run(): Promise<void> {
    for (const [path, file] of this.#wanted) {
      this.#wanted.delete(path);
      try {
        const isDone = await this.#inTurn(() => this.#tend(file));
        if (isDone) this.#failures.delete(path);
        else this.#postpone(file, BUSY_DELAY_MS);
      } catch (error) {
        const { message } = storageError(error);
        this.#failures.set(path, `${file.label} was not looked after: ${message}`);
        this.#postpone(file, FAILURE_DELAY_MS);
      }
    }
    this.#running = undefined;
  }

  /** False if another process has the lock. */
  async #tend(file: RecordFile): Promise<boolean> {
    const { folder, work } = this.#options;
    if (this.#isClosing || !(await work.isDue(file))) return true;
    using lock = await tryLock(folder.lockPath);
    if (lock === undefined) return false;
    await work.tend(file);
    return true;
  }

  #postpone(file: RecordFile, delayMs: number): void {
    if (this.#isClosing) return;
    const cancel = this.#options.clock.schedule(delayMs, () => {
      this.#postponed.delete(file.path);
      this.request(file);
    });
    this.#postponed.set(file.path, cancel);
  }

  async #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
