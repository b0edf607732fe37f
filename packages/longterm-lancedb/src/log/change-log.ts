import { openSharedLog, type Damage, type LogEntry, type SharedLog } from "@mem/append-log";
import { isMemoryError, MemoryError, throwIfAborted } from "@mem/core";
import { encodeChange, type Change } from "./change.ts";
import { logError } from "../store/storage-error.ts";
import type { Answer } from "./replica.ts";

export interface ChangeLogParts {
  readonly directory: string;
  /** The position to start from: everything before it is in the table. */
  readonly from: string | undefined;
  readonly take: (entry: LogEntry<Change>) => Answer | Promise<Answer>;
  /** Called for bytes that are not a frame. */
  readonly onDamage: (damage: Damage) => void;
  /** Whether `bytes` more fit before the next flush, when `underway` bytes are already on their way. */
  readonly hasRoom: (bytes: number, underway: number) => boolean;
  /** Starts a flush, which makes room sooner or later. */
  readonly makeRoom: () => void;
}

interface WaitingForRoom {
  readonly bytes: number;
  readonly go: () => void;
}

const WAIT_FOR_ROOM_MS = 10_000;
/** Larger than the largest value that a manager accepts by default, together with its text. */
const MAX_PAYLOAD_BYTES = 128 << 20;

/** The log of all changes. It bounds those that are not in the table yet. */
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

  /** Resolves when all existing frames have been passed to `take`. */
  static async open(parts: ChangeLogParts): Promise<ChangeLog> {
    const { directory, from, take, onDamage } = parts;
    const log = await openSharedLog<Answer, Change>({
      directory,
      onFrame: take,
      onDamage,
      maxPayloadBytes: MAX_PAYLOAD_BYTES,
      // `hasRoom` bounds the queue: at its own bound, the log would reject an append instead of letting it wait.
      maxQueuedBytes: Infinity,
      ...(from !== undefined && { from }),
    });
    return new ChangeLog(parts, log);
  }

  /** Everything before this position has been passed to `take`. */
  get cursor(): string {
    return this.#log.cursor;
  }

  /** Size of the segment that is being written. */
  get segmentBytes(): number {
    return this.#log.segmentBytes;
  }

  /**
   * Resolves with a change's answer once the change is on disk and everything before it has been applied. Rejects with
   * `MEM_CAPACITY` if there is no room for ten seconds or the disk is full; also with `MEM_TOO_LARGE`,
   * `MEM_UNAVAILABLE`, `MEM_FORMAT` and `MEM_ABORTED`.
   */
  async append(change: Change, signal?: AbortSignal): Promise<Answer> {
    const payload = encodeChange(change);
    const bytes = payload.length;
    if (this.#waiting.length > 0 || !this.#hasRoom(bytes)) await this.#room(bytes, signal);
    this.#underway += bytes;
    try {
      return await this.#log.append(payload, change);
    } catch (error) {
      // The change is in the log, but its answer is unknown.
      if (isMemoryError(error)) throw inDoubt(error);
      throw logError(error, this.#parts.directory);
    } finally {
      this.#underway -= bytes;
      // The append may have failed, which makes room without a flush.
      if (this.#waiting.length > 0) this.admit();
    }
  }

  /** Appends a change of the lock's holder. It does not wait for room, because only the holder makes room. */
  announce(change: Change): Promise<Answer> {
    return this.#told(this.#log.append(encodeChange(change), change));
  }

  /** Reads what any process has appended. */
  catchUp(): Promise<void> {
    return this.#told(this.#log.catchUp());
  }

  /** Syncs what was read, whichever process wrote it. After a failure, the log continues in a new segment. */
  async sync(): Promise<void> {
    try {
      await this.#log.flush();
    } catch (error) {
      // Nobody knows what of this segment is on disk, so it is sealed. If that fails too, the next call says why.
      await this.#log.seal().catch(() => undefined);
      throw logError(error, this.#parts.directory);
    }
  }

  /** Continues in a new segment. Resolves with the position where that begins. */
  seal(): Promise<string> {
    return this.#told(this.#log.seal());
  }

  /** Removes the segments that are entirely before a position. */
  dropBefore(position: string): Promise<void> {
    return this.#told(this.#log.dropBefore(position));
  }

  /** Call this when there may be room again. */
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
      // `admit` counted these bytes, so that the next in line does not take the same room.
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
