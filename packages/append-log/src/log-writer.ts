import { randomBytes } from "node:crypto";

import type { AppendFile } from "./append-file.ts";
import { encodeFrame, FORMAT, type Frame } from "./frame.ts";
import { GroupCommit, type Waiting } from "./group-commit.ts";
import { shortWrite, withOutcome, type LogError } from "./log-error.ts";
import type { LogFollower, WrittenFrame } from "./log-follower.ts";
import { segmentGone } from "./segment.ts";

const NEWLINE = 10;

/** A frame on its way into the log. */
export interface Pending<Result, Own> extends WrittenFrame {
  readonly line: string;
  /** What the appender gave along. */
  readonly own: Own | undefined;
  /** Of a seal: the segment it is to end. */
  readonly seals?: number;
  /** Set when the frame was read at its place. */
  verdict?: { readonly result: Result | Promise<Result> };
}

type Committing<Result, Own> = Waiting<Pending<Result, Own>, Result | undefined>;

/** To be called when an own frame was read. */
export function judge<Result>(
  pending: Pending<Result, unknown>,
  result: Result | Promise<Result>,
): void {
  pending.verdict = { result };
  // It may reject before the frame is on disk; `append` tells of it all the same.
  if (result instanceof Promise) result.catch(() => undefined);
}

/** Appends frames where the follower is, and tells their fate by what the follower reads. */
export class LogWriter<Result, Own> {
  /** Tells the frames of this writer from all others. */
  readonly id: string = randomBytes(6).toString("hex");
  readonly #follower: LogFollower;
  readonly #durable: boolean;
  readonly #commits: GroupCommit<Pending<Result, Own>, Result | undefined>;
  /** The frames on their way, and which of them is likely to be read next. */
  #batch: readonly Committing<Result, Own>[] = [];
  #next = 0;
  #sequence = 0;

  constructor(follower: LogFollower, durable: boolean, maxQueuedBytes: number | undefined) {
    this.#follower = follower;
    this.#durable = durable;
    this.#commits = new GroupCommit({
      maxQueuedBytes,
      commit: (batch) => follower.holding(() => this.#commit(batch)),
    });
  }

  append(payload: string, payloadBytes: number, own: Own | undefined): Promise<Result> {
    const pending = this.#frame("data", payload, payloadBytes, own);
    return this.#commits.add(pending, pending.bytes) as Promise<Result>;
  }

  /** Ends a segment, unless it has ended when its turn comes. */
  async seal(segment: number): Promise<void> {
    const pending = { ...this.#frame("seal", "", 0), seals: segment };
    await this.#commits.add(pending, pending.bytes);
  }

  /** The own frame with this sequence, while somebody waits for it. */
  pending(sequence: number): Pending<Result, Own> | undefined {
    // Mostly they are read one after the other.
    if (this.#batch[this.#next]?.item.frame.sequence !== sequence) {
      this.#next = this.#batch.findIndex(({ item }) => item.frame.sequence === sequence);
    }
    return this.#batch[this.#next++]?.item;
  }

  flush(): Promise<void> {
    return this.#commits.flush();
  }

  close(): Promise<void> {
    return this.#commits.close();
  }

  #frame(
    kind: Frame["kind"],
    payload: string,
    payloadBytes: number,
    own?: Own,
  ): Pending<Result, Own> {
    const frame = { kind, writer: this.id, sequence: this.#sequence++, payload };
    const line = encodeFrame(frame);
    return { frame, line, own, bytes: line.length - payload.length + payloadBytes + 1 };
  }

  async #commit(batch: readonly Committing<Result, Own>[]): Promise<void> {
    let waiting = batch;
    let file: AppendFile | undefined;
    let failure: LogError | undefined;
    this.#batch = batch;
    this.#next = 0;
    try {
      for (;;) {
        const unread = await this.#readBack(file, waiting);
        // What was read is in and counts, even where reading could not go on behind it.
        waiting = waiting.filter((frame) => !this.#settle(frame));
        if (unread !== undefined) {
          for (const frame of waiting) this.#abandon(frame, file, unread.error);
          return;
        }
        if (waiting.length === 0) return;
        if (failure !== undefined) throw failure;
        // Frames behind a seal are void: they go to the next segment, where the log goes on.
        file = this.#follower.file;
        failure = await this.#write(file, waiting);
      }
    } finally {
      this.#batch = [];
    }
  }

  /**
   * Reads beyond what was written to a file in the round before, to the end of the log unless that
   * can wait. Resolves with why that end was not reached, if so; rejects when that file is no part
   * of the log any more.
   */
  async #readBack(
    file: AppendFile | undefined,
    frames: readonly Committing<Result, Own>[],
  ): Promise<{ error: unknown } | undefined> {
    const follower = this.#follower;
    const areRead = frames.every(({ item }) => item.verdict !== undefined);
    const unread =
      areRead || follower.isAtEnd()
        ? undefined
        : await follower.follow().then(
            () => undefined,
            (error: unknown) => ({ error }),
          );
    if (file === follower.file && !file.isAtPath()) {
      const gone = segmentGone(follower.segment, "was removed or replaced");
      throw withOutcome(gone, "unknown");
    }
    return unread;
  }

  /** Rejects a frame that may have been written to a file, and was not read there. */
  #abandon(
    { item, reject }: Committing<Result, Own>,
    file: AppendFile | undefined,
    why: unknown,
  ): void {
    // A data frame behind a seal is void, wherever reading came to an end.
    const isVoid = this.#follower.sealed && item.seals === undefined;
    const inDoubt = file === this.#follower.file && !isVoid;
    reject(withOutcome(why, inDoubt ? "unknown" : "not-applied"));
  }

  #settle(waiting: Committing<Result, Own>): boolean {
    const { seals, verdict } = waiting.item;
    const settled = seals === undefined ? verdict !== undefined : seals < this.#follower.segment;
    if (settled) waiting.resolve(verdict?.result);
    return settled;
  }

  /** Why the last of the frames are not in the file, if so; rejects when none is acknowledged. */
  async #write(
    file: AppendFile,
    frames: readonly Committing<Result, Own>[],
  ): Promise<LogError | undefined> {
    const items = frames.map(({ item }) => item);
    // Where the file ended when it was read: if it ends elsewhere by now, that shows afterwards.
    const start = this.#follower.end;
    if (start === 0) items.unshift(this.#frame("head", FORMAT, FORMAT.length));
    // A frame starts with a newline, too: it does not fuse with a torn one before it.
    const bytes = Buffer.from(`\n${items.map(({ line }) => line).join("\n")}\n`);
    const written = await file.write(bytes, this.#durable);
    const whole = written === bytes.length;
    const undisturbed = whole && file.stat().size === start + written;
    if (this.#durable) await file.sync();
    if (undisturbed && file === this.#follower.file) this.#follower.takeWritten(start, items);
    if (whole) return undefined;
    // A frame that lacks but its newline is completed by whatever is appended next.
    const outcome = bytes[written] === NEWLINE ? "unknown" : "not-applied";
    return shortWrite(file.path, written, bytes.length, outcome);
  }
}
