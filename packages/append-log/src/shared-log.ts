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
  /** Where the frame lies: grows along the log, the same in every process; compare as text. */
  readonly position: string;
  readonly payload: string;
  /**
   * What was given to `append` along with the payload, when this very log object appended the frame
   * and its `append` has not settled yet: it has the very payload, so there is no need to parse it.
   */
  readonly own: Own | undefined;
}

export interface SharedLogOptions<Result, Own = undefined> {
  /** The folder of the segments, on a local disk; it is created when absent. */
  directory: string;
  /**
   * Called for every frame, in the order of the log, at opening and ever after. What it returns
   * for an own frame is what `append` resolves with, so this is the place to judge conditions:
   * every process judges alike. When it throws, the log stops and rejects with that error.
   *
   * It may return a promise: the frame's own `append` alone waits for that, reading goes on.
   */
  onFrame(entry: LogEntry<Own>): Result | Promise<Result>;
  /** Called for bytes that are no frame; reading goes on behind them, unless this throws. */
  onDamage?(damage: Damage): void;
  /**
   * A `cursor` of an earlier time: frames before it are not read. `LOG_GONE` when its segment was
   * dropped or is shorter. Default: the oldest frame there is.
   */
  from?: string;
  /** Number of the first segment when the folder has none. Default 1. */
  firstSegment?: number;
  /** What an acknowledged frame survives, the same in every process. Default `"disk"`. */
  durability?: Durability;
  /** Bound, in bytes, of the frames that wait to be written. Default 64 MiB. */
  maxQueuedBytes?: number;
  /** Bound of one payload in bytes, the same in every process. Default 16 MiB. */
  maxPayloadBytes?: number;
}

/** A log in a folder that several processes append to and follow, and all read in one order. */
export interface SharedLog<Result, Own = undefined> extends AsyncDisposable {
  /** Everything before this position was handed to `onFrame`. */
  readonly cursor: string;
  /**
   * Bytes of the newest segment, as far as it has been read: to decide when to `seal`. Like
   * `cursor`, it costs nothing to ask.
   */
  readonly segmentBytes: number;
  /**
   * Appends one line of text, such as JSON. Resolves with what `onFrame` returned for it, when the
   * frame is stored and everything before it was read. `own` is handed to `onFrame` with it.
   */
  append(payload: string, own?: Own): Promise<Result>;
  /** Reads what any process appended; costs one `fstat` when that is nothing. */
  catchUp(): Promise<void>;
  /**
   * Ends the segment that this process has read to, unless somebody did already. Resolves with the
   * position at which the next one begins. Frames that come too late for a segment are appended to
   * the next one by their writer.
   */
  seal(): Promise<string>;
  /**
   * Waits for what was appended, then puts all that was read on disk, whoever wrote it. Resolves
   * with the cursor: a place to read `from` one day, even after a power cut. With the durability
   * `"process"` nothing is put on disk.
   */
  flush(): Promise<string>;
  segments(): Promise<SegmentInfo[]>;
  /** Removes the segments that lie wholly before a position this log has reached. */
  dropBefore(position: string): Promise<void>;
  /** Stores what was appended and closes the files; later calls reject with `LOG_CLOSED`. */
  close(): Promise<void>;
}

/** Opens a log, creating it when absent, and reads it to its end before it resolves. */
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
