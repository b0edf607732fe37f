import { makeDirectory, refuseNetworkFileSystem } from "./directory.ts";
import { syncDirectory } from "./durable-file.ts";
import { HEADER_BYTES } from "./frame.ts";
import type { Durability } from "./line-file.ts";
import { LogError } from "./log-error.ts";
import { LogFollower, type Damage } from "./log-follower.ts";
import { judge, LogWriter } from "./log-writer.ts";
import { formatPosition, parsePosition } from "./position.ts";
import { listSegments, removeSegment, type SegmentInfo } from "./segment.ts";

/** A frame that counts, at its place in the log. */
export interface LogEntry<Own = undefined> {
  /** The frame's place: grows along the log and is the same in every process. Compare it as text. */
  readonly position: string;
  readonly payload: string;
  /**
   * The `own` that was passed to `append` with the payload, if this very log object appended the
   * frame and that `append` has not settled yet. It saves parsing the payload.
   */
  readonly own: Own | undefined;
}

export interface SharedLogOptions<Result, Own = undefined> {
  /** The folder of the segments, on a local disk; created if absent. */
  directory: string;
  /**
   * Called for every frame, in the order of the log, when the log is opened and from then on. For
   * this object's own frames, `append` resolves with the return value, so this is the place to judge
   * conditions: every process judges alike. If it throws, the log stops and rejects with that error.
   *
   * It may return a promise: only the frame's own `append` waits for it; reading goes on.
   */
  onFrame(entry: LogEntry<Own>): Result | Promise<Result>;
  /** Called for bytes that are not a frame; reading continues after them, unless this throws. */
  onDamage?(damage: Damage): void;
  /**
   * An earlier `cursor`: frames before it are not read. `LOG_GONE` if its segment was dropped or is
   * shorter. Default: the oldest frame.
   */
  from?: string;
  /** Number of the first segment if the folder has none. Default 1. */
  firstSegment?: number;
  /** What an acknowledged frame survives, the same in every process. Default `"disk"`. */
  durability?: Durability;
  /** Maximum size of the frames that wait to be written, in bytes. Default 64 MiB. */
  maxQueuedBytes?: number;
  /** Maximum size of one payload, in bytes, the same in every process. Default 16 MiB. */
  maxPayloadBytes?: number;
}

/** A log in a folder to which several processes append, and which all read in the same order. */
export interface SharedLog<Result, Own = undefined> extends AsyncDisposable {
  /** Everything before this position has been passed to `onFrame`. */
  readonly cursor: string;
  /**
   * Size of the newest segment in bytes, as far as it has been read: to decide when to `seal`. Like
   * `cursor`, it costs nothing to read.
   */
  readonly segmentBytes: number;
  /**
   * Appends one line of text, such as JSON. When the frame is stored and everything before it has
   * been read, resolves with what `onFrame` returned for it. `own` is passed to `onFrame` with it.
   */
  append(payload: string, own?: Own): Promise<Result>;
  /** Reads what any process has appended; costs one `fstat` if there is nothing new. */
  catchUp(): Promise<void>;
  /**
   * Ends the segment that this process has read up to, unless somebody already has. Resolves with the
   * position at which the next one begins. A frame that comes too late for a segment is appended to
   * the next one by its writer.
   */
  seal(): Promise<string>;
  /**
   * Waits for pending appends, then syncs everything that was read, whoever wrote it. Resolves with
   * the cursor: a place to read `from` later, even after a power cut. With the durability
   * `"process"`, nothing is synced.
   */
  flush(): Promise<string>;
  segments(): Promise<SegmentInfo[]>;
  /** Removes the segments that lie entirely before a position that this log has reached. */
  dropBefore(position: string): Promise<void>;
  /** Stores what was appended and closes the files; later calls reject with `LOG_CLOSED`. */
  close(): Promise<void>;
}

/** Opens a log, creating it if absent, and resolves when it has been read to its end. */
export async function openSharedLog<Result = void, Own = undefined>(
  options: SharedLogOptions<Result, Own>,
): Promise<SharedLog<Result, Own>> {
  const { directory, durability = "disk", maxPayloadBytes = 16 * 2 ** 20 } = options;
  const durable = durability === "disk";
  const from = options.from === undefined ? undefined : parsePosition(options.from);
  await makeDirectory(directory, durable);
  await refuseNetworkFileSystem(directory);

  const follower = new LogFollower({
    directory,
    durable,
    maxLineBytes: maxPayloadBytes + HEADER_BYTES,
    visit({ writer: id, sequence, payload }, position) {
      const pending = id === writer.id ? writer.pending(sequence) : undefined;
      const result = options.onFrame({ position, payload, own: pending?.own });
      if (pending !== undefined) judge(pending, result);
    },
    onDamage: (damage) => options.onDamage?.(damage),
  });
  const writer = new LogWriter<Result, Own>(follower, durable, options.maxQueuedBytes);
  try {
    if (from !== undefined) await follower.enter(from.segment, from.offset, false);
    else await enterOldest(follower, directory, options.firstSegment ?? 1);
    await follower.follow();
  } catch (error) {
    await follower.close();
    throw error;
  }
  return new DirectoryLog({ directory, durable, maxPayloadBytes }, follower, writer);
}

async function enterOldest(
  follower: LogFollower,
  directory: string,
  firstSegment: number,
): Promise<void> {
  const segments = await listSegments(directory);
  // An empty segment before another one is what a process left that slept too long.
  const oldest = segments.find(({ bytes }) => bytes > 0) ?? segments.at(-1);
  await follower.enter(oldest?.segment ?? firstSegment, 0, oldest === undefined);
}

class DirectoryLog<Result, Own> implements SharedLog<Result, Own> {
  readonly #options: { directory: string; durable: boolean; maxPayloadBytes: number };
  readonly #follower: LogFollower;
  readonly #writer: LogWriter<Result, Own>;
  #closing: Promise<void> | undefined;

  constructor(
    options: { directory: string; durable: boolean; maxPayloadBytes: number },
    follower: LogFollower,
    writer: LogWriter<Result, Own>,
  ) {
    this.#options = options;
    this.#follower = follower;
    this.#writer = writer;
  }

  get cursor(): string {
    return formatPosition(this.#follower.segment, this.#follower.offset);
  }

  get segmentBytes(): number {
    return this.#follower.offset;
  }

  // Not async: that would cost every frame three more turns of the promise queue.
  append(payload: string, own?: Own): Promise<Result> {
    if (payload.includes("\n") || !payload.isWellFormed()) {
      return Promise.reject(new TypeError("A payload must be one line of well-formed text"));
    }
    const bytes = Buffer.byteLength(payload);
    const { maxPayloadBytes } = this.#options;
    if (bytes <= maxPayloadBytes) return this.#writer.append(payload, bytes, own);
    const message = `A payload of ${bytes} bytes is over the limit of ${maxPayloadBytes}`;
    return Promise.reject(new LogError("LOG_TOO_LARGE", message));
  }

  catchUp(): Promise<void> {
    return this.#closing === undefined ? this.#follower.follow() : Promise.reject(closed());
  }

  async seal(): Promise<string> {
    const { segment } = this.#follower;
    await this.#writer.seal(segment);
    return formatPosition(segment + 1, 0);
  }

  async flush(): Promise<string> {
    if (this.#closing !== undefined) throw closed();
    await this.#writer.flush();
    const { cursor } = this;
    const { file } = this.#follower;
    if (this.#options.durable) await this.#follower.holding(() => file.sync());
    if (!file.lossy) return cursor;
    const message = "A sync of this segment failed, what it holds may not be on disk: seal it";
    throw new LogError("LOG_IO", message, { outcome: "unknown" });
  }

  async segments(): Promise<SegmentInfo[]> {
    await this.catchUp();
    return listSegments(this.#options.directory);
  }

  async dropBefore(position: string): Promise<void> {
    await this.catchUp();
    const { segment } = parsePosition(position);
    if (segment > this.#follower.segment) {
      throw new RangeError(`The log has not been read to ${position}`);
    }
    const { directory, durable } = this.#options;
    for (const { segment: old } of await listSegments(directory)) {
      if (old < segment) await removeSegment(directory, old);
    }
    if (durable) await syncDirectory(directory);
  }

  close(): Promise<void> {
    this.#closing ??= this.#writer.close().then(() => this.#follower.close());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function closed(): LogError {
  return new LogError("LOG_CLOSED", "The log is closed");
}
