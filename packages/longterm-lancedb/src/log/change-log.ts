import { openSharedLog, type Damage, type LogEntry, type SharedLog } from "@mem/append-log";
import { isMemoryError, MemoryError, throwIfAborted } from "@mem/core";
import { encodeChange, type Change } from "./change.ts";
import { logError } from "../store/storage-error.ts";
import type { Answer } from "./replica.ts";

export interface ChangeLogParts {
  readonly directory: string;
  /** Where to begin: what is before is in the table. */
  readonly from: string | undefined;
  readonly take: (entry: LogEntry<Change>) => Answer | Promise<Answer>;
  /** Is told of bytes that are no frame. */
  readonly onDamage: (damage: Damage) => void;
  /** Whether so many bytes more can be taken before the table is written, when others are underway already. */
  readonly hasRoom: (bytes: number, underway: number) => boolean;
  /** Has the table written; there is room afterwards, or later. */
  readonly makeRoom: () => void;
}

interface WaitingForRoom {
  readonly bytes: number;
  readonly go: () => void;
}

const WAIT_FOR_ROOM_MS = 10_000;
/** More than the largest value that a manager takes by default makes, with its text. */
const MAX_PAYLOAD_BYTES = 128 << 20;

/** The log of all changes, with room for only so many that the table does not have yet. */
export class ChangeLog {
  readonly #parts: ChangeLogParts;
  readonly #log: SharedLog<Answer, Change>;
  readonly #waiting: WaitingForRoom[] = [];
  /** Bytes on their way into the log. */
  #underway = 0;

  private constructor(parts: ChangeLogParts, log: SharedLog<Answer, Change>) {
    this.#parts = parts;
    this.#log = log;
  }

  /** Resolves when every frame there is was handed to `take`. */
  static async open(parts: ChangeLogParts): Promise<ChangeLog> {
    const { directory, from, take, onDamage } = parts;
    const log = await openSharedLog<Answer, Change>({
      directory,
      onFrame: take,
      onDamage,
      maxPayloadBytes: MAX_PAYLOAD_BYTES,
      // What may wait `hasRoom` says: the log itself would not let it wait, but refuse it.
      maxQueuedBytes: Infinity,
      ...(from !== undefined && { from }),
    });
    return new ChangeLog(parts, log);
  }

  /** Everything before this was handed to `take`. */
  get cursor(): string {
    return this.#log.cursor;
  }

  /** Of the segment that is being written. */
  get segmentBytes(): number {
    return this.#log.segmentBytes;
  }

  /**
   * Resolves with what became of a change, when it is on disk and everything before it was applied. Rejects with
   * `MEM_CAPACITY` when there is no room for ten seconds, or on the disk; with `MEM_TOO_LARGE`, `MEM_UNAVAILABLE`,
   * `MEM_FORMAT`, `MEM_ABORTED`.
   */
  async append(change: Change, signal?: AbortSignal): Promise<Answer> {
    const payload = encodeChange(change);
    const bytes = payload.length;
    if (this.#waiting.length > 0 || !this.#hasRoom(bytes)) await this.#room(bytes, signal);
    this.#underway += bytes;
    try {
      return await this.#log.append(payload, change);
    } catch (error) {
      // It is in the log, and what became of it can't be told.
      if (isMemoryError(error)) throw inDoubt(error);
      throw logError(error, this.#parts.directory);
    } finally {
      this.#underway -= bytes;
      // It may have come to nothing, and then no table has to be written to make room.
      if (this.#waiting.length > 0) this.admit();
    }
  }

  /** Appends what whoever holds the lock has to say: it waits for no room, which only the lock's holder makes. */
  announce(change: Change): Promise<Answer> {
    return this.#told(this.#log.append(encodeChange(change), change));
  }

  /** Reads what any process appended. */
  catchUp(): Promise<void> {
    return this.#told(this.#log.catchUp());
  }

  /** Puts on disk what was read, whoever wrote it. After a failure the log goes on in a new segment. */
  async sync(): Promise<void> {
    try {
      await this.#log.flush();
    } catch (error) {
      // Of the one that could not be synced nobody can tell what is on disk. Why it can't be ended either is said next time.
      await this.#log.seal().catch(() => undefined);
      throw logError(error, this.#parts.directory);
    }
  }

  /** Goes on in a new segment. Resolves with where it begins. */
  seal(): Promise<string> {
    return this.#told(this.#log.seal());
  }

  /** Removes the segments that are wholly before a place. */
  dropBefore(position: string): Promise<void> {
    return this.#told(this.#log.dropBefore(position));
  }

  /** To be called when there may be room again. */
  admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#hasRoom(next.bytes)) return;
      this.#waiting.shift();
      this.#underway += next.bytes;
      next.go();
    }
  }

  async close(): Promise<void> {
    await this.#log.close();
  }

  async #told<T>(running: Promise<T>): Promise<T> {
    try {
      return await running;
    } catch (error) {
      throw logError(error, this.#parts.directory);
    }
  }

  #hasRoom(bytes: number): boolean {
    return this.#parts.hasRoom(bytes, this.#underway);
  }

  async #room(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: WaitingForRoom = { bytes, go: resolve };
    const leave = (error: unknown): void => {
      const place = this.#waiting.indexOf(waiting);
      if (place === -1) return;
      this.#waiting.splice(place, 1);
      reject(error);
    };
    const timer = setTimeout(() => leave(noRoom()), WAIT_FOR_ROOM_MS);
    const abort = (): void => leave(abortion(signal));
    signal?.addEventListener("abort", abort, { once: true });
    this.#waiting.push(waiting);
    this.#parts.makeRoom();
    try {
      await promise;
      // `admit` has counted it, so that the next one in turn does not take the same room.
      this.#underway -= bytes;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }
}

function inDoubt({ code, message, cause }: MemoryError): MemoryError {
  return new MemoryError(code, message, { cause, outcome: "unknown" });
}

function noRoom(): MemoryError {
  return new MemoryError(
    "MEM_CAPACITY",
    `the changes that LanceDB does not have yet take all the room they may, for ${WAIT_FOR_ROOM_MS / 1000} seconds already; health() says what keeps them from being written`,
  );
}

function abortion(signal: AbortSignal | undefined): unknown {
  try {
    throwIfAborted(signal);
  } catch (error) {
    return error;
  }
  return undefined;
}
