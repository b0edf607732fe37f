import type { FileHandle } from "node:fs/promises";
import type { RecordFile, RecordFolder } from "../folder/record-folder.ts";
import { segmentFile, type SegmentFile } from "../folder/segment-names.ts";
import { storageError } from "../folder/storage-errors.ts";
import type { ControlLine } from "../line/control-line.ts";
import type { IndexDraft } from "../index/index-draft.ts";
import type { LineDigester } from "../line/line-digest.ts";
import type { MemberTable } from "../reading/member-table.ts";
import { closeSegment, removePlain } from "./closing.ts";
import { writeCompressed } from "./compression.ts";
import type { ControlWriter } from "./control-writer.ts";
import { findCurrent, isRotationDue, type RotationRule } from "./current-file.ts";
import { NewestRecords } from "./newest-record.ts";
import { putInPlace } from "./put-in-place.ts";
import { outlivedSegments, removeSegment, type RetentionRule } from "./retention.ts";
import { rotateFile } from "./rotation.ts";
import { isCompressed, lastClosed, plainSegments } from "./unfinished.ts";

/** Keeps the side indexes of segments. */
export interface IndexKeeper {
  build(file: RecordFile, segment: SegmentFile): Promise<void>;
  draft(file: RecordFile, segment: number): IndexDraft;
  keep(
    file: RecordFile,
    segment: SegmentFile,
    draft: IndexDraft,
    members: MemberTable,
  ): Promise<void>;
  forget(file: RecordFile, segment: number): Promise<void>;
}

export interface SegmentWorkOptions {
  readonly folder: RecordFolder;
  readonly digester: LineDigester;
  readonly controls: ControlWriter;
  readonly indexes: IndexKeeper;
  readonly now: () => number;
  readonly rotate: RotationRule;
  readonly compress: boolean;
  readonly retain: RetentionRule | undefined;
  /** Fires when long work has to be left unfinished. */
  readonly signal: AbortSignal;
}

/** The work on agents' segments, done one task at a time and only under the folder's lock. */
export class SegmentWork {
  readonly #options: SegmentWorkOptions;
  /** The last segment of each agent that is known to be finished. */
  readonly #finished = new Map<string, number>();
  readonly #newest = new NewestRecords();
  /** By segment: why it has no index. */
  readonly #failedIndexes = new Map<string, string>();

  constructor(options: SegmentWorkOptions) {
    this.#options = options;
  }

  /** Whether there is anything to do. Does not need the lock. */
  async isDue(file: RecordFile): Promise<boolean> {
    const { rotate, retain, now, folder } = this.#options;
    if (await isRotationDue(file, rotate, now())) return true;
    const current = await findCurrent(file, folder);
    if (current === undefined || current.segment === 1) return false;
    return retain !== undefined || this.#plain(file, current.segment).length > 0;
  }

  /** Rotates the current file if that is due, finishes unfinished segments and drops those beyond retention. */
  async tend(file: RecordFile): Promise<void> {
    await this.#rotate(file, this.#options.rotate);
    await this.drop(file);
  }

  /** Rotates the current file if there is anything in it; afterwards all earlier segments are finished. */
  async rotate(file: RecordFile): Promise<void> {
    await this.#rotate(file, "always");
  }

  /** Drops the segments that are beyond retention. */
  async drop(file: RecordFile): Promise<void> {
    const { folder, controls, indexes, retain, now } = this.#options;
    if (retain === undefined) return;
    const segments = await folder.segmentsToChange(file);
    // Without earlier segments, a file that states no number would be the first one again.
    if (segments.current?.stated !== true) return;
    const outlived = await outlivedSegments(file, segments, retain, now(), this.#newest);
    const last = outlived.at(-1);
    if (last === undefined) return;
    const timestamp = controls.timestamp();
    await controls.append(file, { type: "dropped", timestamp, through: last.segment });
    for (const { segment } of outlived) {
      await removeSegment(file, segment);
      this.#newest.forget(file, segment);
      await indexes.forget(file, segment);
    }
  }

  /** Appends a control line to the agent's current file; resolves when it is on disk. */
  async append(file: RecordFile, line: ControlLine): Promise<void> {
    await this.#options.controls.append(file, line);
  }

  /** Replaces a segment with its rewritten content, in the same form, compressed or plain. */
  async replace(
    file: RecordFile,
    segment: SegmentFile,
    content: AsyncIterable<Buffer>,
  ): Promise<void> {
    const fill = (handle: FileHandle): Promise<unknown> =>
      segment.compressed ? writeCompressed(handle, content) : handle.writeFile(content);
    await putInPlace(segment.path, fill);
    if (segment.compressed) await removePlain(file, segment.segment);
    this.#newest.forget(file, segment.segment);
    await this.#index(segment, () => this.#options.indexes.build(file, segment));
  }

  /** Failures that do no harm: segments without an index, as messages for people. */
  messages(): string[] {
    return [...this.#failedIndexes.values()];
  }

  async #rotate(file: RecordFile, rule: RotationRule | "always"): Promise<void> {
    const { folder, controls, now } = this.#options;
    const current = await findCurrent(file, folder);
    if (current === undefined) return;
    if (!(await isRotationDue(file, rule, now()))) return this.#finish(file, current.segment);
    await rotateFile(file, current, controls);
    await this.#finish(file, current.segment + 1);
  }

  async #finish(file: RecordFile, current: number): Promise<void> {
    const { digester, controls, indexes, compress, signal } = this.#options;
    const plain = this.#plain(file, current);
    const closed = plain.length === 0 ? 0 : await lastClosed(file, plain);
    for (const segment of plain) {
      signal.throwIfAborted();
      const draft = indexes.draft(file, segment);
      let members: MemberTable | undefined;
      if (isCompressed(file, segment)) await removePlain(file, segment);
      else {
        const onContent = (chunk: Buffer): void => draft.add(chunk);
        const options = { digester, controls, compress, onContent, signal };
        members = await closeSegment(file, segment, segment <= closed, options);
      }
      const finished = segmentFile(file, segment, compress);
      await this.#index(finished, () =>
        members === undefined
          ? indexes.build(file, finished)
          : indexes.keep(file, finished, draft, members),
      );
    }
    this.#finished.set(file.path, current - 1);
  }

  /** A segment is complete even if its index can't be written: queries build their own. */
  async #index(segment: SegmentFile, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#failedIndexes.delete(segment.label);
    } catch (error) {
      const { message } = storageError(error);
      this.#failedIndexes.set(segment.label, `${segment.label} was not indexed: ${message}`);
    }
  }

  #plain(file: RecordFile, current: number): number[] {
    return plainSegments(file, current, this.#finished.get(file.path) ?? 0);
  }
}
