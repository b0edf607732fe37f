import { randomBytes } from "node:crypto";

import type { AppendFile } from "./append-file.ts";
import { encodeFrame, FORMAT, type Frame } from "./frame.ts";
import { GroupCommit, type Waiting } from "./group-commit.ts";
import { shortWrite, withOutcome, type LogError } from "./log-error.ts";
import type { LogFollower, WrittenFrame } from "./log-follower.ts";
import { segmentGone } from "./segment.ts";

const NEWLINE = 10;

/** A frame on its way into the log. */
interface Pending<Result> extends WrittenFrame {
  readonly line: string;
  /** Of a seal: the segment it is to end. */
  readonly seals?: number;
  /** Set when the frame was read at its place. */
  verdict?: { readonly result: Result };
}

type Committing<Result> = Waiting<Pending<Result>, Result | undefined>;

/** Appends frames where the follower is, and tells their fate by what the follower reads. */
export class LogWriter<Result> {
  /** Tells the frames of this writer from all others. */
  readonly id: string = randomBytes(6).toString("hex");
  readonly #follower: LogFollower;
  readonly #durable: boolean;
  readonly #commits: GroupCommit<Pending<Result>, Result | undefined>;
  /** Own frames on their way, by sequence. */
  readonly #pending = new Map<number, Pending<Result>>();
  #sequence = 0;

  constructor(follower: LogFollower, durable: boolean, maxQueuedBytes: number | undefined) {
    this.#follower = follower;
    this.#durable = durable;
    this.#commits = new GroupCommit({
      maxQueuedBytes,
      commit: (batch) => follower.holding(() => this.#commit(batch)),
    });
  }

  append(payload: string, payloadBytes: number): Promise<Result> {
    const pending = this.#frame("data", payload, payloadBytes);
    return this.#commits.add(pending, pending.bytes) as Promise<Result>;
  }

  /** Ends a segment, unless it has ended when its turn comes. */
  async seal(segment: number): Promise<void> {
    const pending = { ...this.#frame("seal", "", 0), seals: segment };
    await this.#commits.add(pending, pending.bytes);
  }

  /** To be told of every own frame that was read. */
  judge(sequence: number, result: Result): void {
    const pending = this.#pending.get(sequence);
    if (pending !== undefined) pending.verdict = { result };
  }

  flush(): Promise<void> {
    return this.#commits.flush();
  }

  close(): Promise<void> {
    return this.#commits.close();
  }

  #frame(kind: Frame["kind"], payload: string, payloadBytes: number): Pending<Result> {
    const frame = { kind, writer: this.id, sequence: this.#sequence++, payload };
    const line = encodeFrame(frame);
    return { frame, line, bytes: line.length - payload.length + payloadBytes + 1 };
  }

  async #commit(batch: readonly Committing<Result>[]): Promise<void> {
    let waiting = batch;
    let file: AppendFile | undefined;
    let failure: LogError | undefined;
    for (const { item } of batch) this.#pending.set(item.frame.sequence, item);
    try {
      for (;;) {
        const unread = await this.#readBack(file);
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
      for (const { item } of batch) this.#pending.delete(item.frame.sequence);
    }
  }

  /**
   * Reads to the end of the log, beyond what was written to a file in the round before. Resolves
   * with why that end was not reached, if so; rejects when that file is no part of the log any more.
   */
  async #readBack(file: AppendFile | undefined): Promise<{ error: unknown } | undefined> {
    const follower = this.#follower;
    const unread = await follower.follow().then(
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
  #abandon({ item, reject }: Committing<Result>, file: AppendFile | undefined, why: unknown): void {
    // A data frame behind a seal is void, wherever reading came to an end.
    const isVoid = this.#follower.sealed && item.seals === undefined;
    const inDoubt = file === this.#follower.file && !isVoid;
    reject(withOutcome(why, inDoubt ? "unknown" : "not-applied"));
  }

  #settle(waiting: Committing<Result>): boolean {
    const { seals, verdict } = waiting.item;
    const settled = seals === undefined ? verdict !== undefined : seals < this.#follower.segment;
    if (settled) waiting.resolve(verdict?.result);
    return settled;
  }

  /** Why the last of the frames are not in the file, if so; rejects when none is acknowledged. */
  async #write(
    file: AppendFile,
    frames: readonly Committing<Result>[],
  ): Promise<LogError | undefined> {
    const items = frames.map(({ item }) => item);
    const start = file.stat().size;
    if (start === 0) items.unshift(this.#frame("head", FORMAT, FORMAT.length));
    // A frame starts with a newline, too: it does not fuse with a torn one before it.
    const bytes = Buffer.from(`\n${items.map(({ line }) => line).join("\n")}\n`);
    const written = await file.write(bytes);
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
