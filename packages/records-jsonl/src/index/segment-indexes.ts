import { fstatSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { readLines } from "@mem/append-log";
import { openSegment, type OpenSegment } from "../folder/open-segment.ts";
import type { RecordFile } from "../folder/record-folder.ts";
import { indexPath, type SegmentFile } from "../folder/segment-names.ts";
import { MemberTable } from "../reading/member-table.ts";
import { openSegmentBytes } from "../reading/segment-source.ts";
import { fileState, isStateOf } from "./file-state.ts";
import { IndexBuilder, type Coverage } from "./index-builder.ts";
import { IndexDraft } from "./index-draft.ts";
import { readIndex, writeIndex, type StoredIndex } from "./index-file.ts";
import { IndexLeftovers } from "./index-leftovers.ts";
import { SegmentIndex } from "./segment-index.ts";

/** Maximum size of all indexes kept in memory, in bytes. */
const MAX_KEPT_BYTES = 2 ** 24;
/** A smaller part of a segment, in bytes, is read faster than it is looked up. */
const MIN_BYTES = 2 ** 18;
/** The index of a growing file is written again after it has grown by this many bytes and by a sixteenth. */
const GROWTH_BYTES = 2 ** 22;

/** The indexes of a store: loads them, keeps them in memory within bounds, and builds and writes them as needed. */
export class SegmentIndexes {
  readonly #maxLineBytes: number;
  /** By path, the least recently used one first. */
  readonly #kept = new Map<string, SegmentIndex>();
  /** By path: the offset up to which the index file covers the segment. */
  readonly #written = new Map<string, number>();
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #leftovers = new IndexLeftovers();

  constructor({ maxLineBytes }: { readonly maxLineBytes: number }) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** The index that a segment already has; undefined if there is none that still holds. */
  async known(
    file: RecordFile,
    segment: number,
    open: OpenSegment,
  ): Promise<SegmentIndex | undefined> {
    const path = indexPath(file, open.current ? "current" : segment);
    const kept = this.#kept.get(path);
    if (kept !== undefined && (await this.#holds(kept.stored, file, segment, open))) {
      return this.#keep(path, kept);
    }
    this.#kept.delete(path);
    const stored = await readIndex(path);
    if (stored === undefined || !(await this.#holds(stored, file, segment, open))) return undefined;
    this.#written.set(path, stored.end);
    return this.#keep(path, new SegmentIndex(path, stored));
  }

  /**
   * An index of all that a segment has now; of the current file, a short end may be missing. Reads what no index covers
   * yet. Calls `checkpoint` repeatedly; it throws if nobody waits any more.
   */
  async complete(
    file: RecordFile,
    segment: number,
    open: OpenSegment,
    checkpoint: () => void,
  ): Promise<SegmentIndex> {
    const path = indexPath(file, open.current ? "current" : segment);
    // One call at a time for each file: the next one finds what this one has built.
    while (this.#running.has(path)) await this.#running.get(path)?.catch(() => undefined);
    const running = this.#complete(path, file, segment, open, checkpoint);
    this.#running.set(path, running);
    try {
      return await running;
    } finally {
      this.#running.delete(path);
    }
  }

  /** Builds the index of an earlier segment anew and writes it. Rejects if it can't be written. */
  async build(file: RecordFile, { segment }: SegmentFile): Promise<void> {
    const path = indexPath(file, segment);
    this.drop(path);
    await using open = await openSegment(file, segment, false);
    if (open === undefined) return;
    await this.#put(path, await this.#build(file, segment, open, undefined, () => undefined));
  }

  /** Begins the index of an earlier segment whose bytes stream by. */
  draft(file: RecordFile, segment: number): IndexDraft {
    const { label } = file;
    const maxLineBytes = this.#maxLineBytes;
    return new IndexDraft({ label, segment, current: false, maxLineBytes });
  }

  /** Writes the index of a segment that was just compressed into these members, without reading it back. */
  async keep(
    file: RecordFile,
    { segment }: SegmentFile,
    draft: IndexDraft,
    members: MemberTable,
  ): Promise<void> {
    const path = indexPath(file, segment);
    this.drop(path);
    await using open = await openSegment(file, segment, false);
    if (open?.compressed !== true) return;
    const state = await fileState(file, segment, open, 0);
    await this.#put(path, { ...draft.coverage(), file: state, current: false, members });
  }

  /** Removes the index of a segment that is gone. */
  async forget(file: RecordFile, segment: number): Promise<void> {
    const path = indexPath(file, segment);
    this.drop(path);
    await rm(path, { force: true });
  }

  /** Forgets an index in memory: it is useless, or about to be replaced or removed. */
  drop(path: string): void {
    this.#kept.delete(path);
    this.#written.delete(path);
  }

  async #complete(
    path: string,
    file: RecordFile,
    segment: number,
    open: OpenSegment,
    checkpoint: () => void,
  ): Promise<SegmentIndex> {
    const known = await this.known(file, segment, open);
    if (known !== undefined && !known.current) return known;
    if (known !== undefined) {
      const { size } = fstatSync(open.handle.fd);
      if (size - known.end < MIN_BYTES) return known;
    }
    const runs = await known?.loadRuns();
    const before = runs === undefined ? undefined : { ...known?.stored, runs };
    const stored = await this.#build(file, segment, open, before as Coverage, checkpoint);
    const index = this.#keep(path, new SegmentIndex(path, stored));
    await this.#write(path, stored);
    return index;
  }

  async #build(
    file: RecordFile,
    segment: number,
    open: OpenSegment,
    before: Coverage | undefined,
    checkpoint: () => void,
  ): Promise<StoredIndex> {
    const { current } = open;
    const maxLineBytes = this.#maxLineBytes;
    // Taken before reading: if somebody writes meanwhile, the index is one of an earlier state.
    const earlier = await fileState(file, segment, open, 0);
    const members = open.compressed ? new MemberTable() : undefined;
    const source = openSegmentBytes(open, members === undefined ? {} : { members });
    const context = { label: file.label, segment, current, maxLineBytes };
    const builder = new IndexBuilder(context, before);
    const start = before?.end ?? 0;
    let isInside = true;
    for await (const lines of readLines(source, { start, maxLineBytes })) {
      checkpoint();
      for (const line of lines) isInside &&= builder.add(line);
      if (!isInside) break;
    }
    if (members !== undefined) await source.size();
    const coverage = builder.finish();
    const state = current ? await fileState(file, segment, open, coverage.end) : earlier;
    return { ...coverage, file: state, current, members };
  }

  async #write(path: string, stored: StoredIndex): Promise<void> {
    const { end } = stored;
    const growth = end - (this.#written.get(path) ?? 0);
    if (end < MIN_BYTES || (stored.current && growth < Math.max(GROWTH_BYTES, end / 16))) return;
    // Set first: even if writing fails, it is not retried before the file has grown.
    this.#written.set(path, end);
    try {
      await this.#put(path, stored);
    } catch {
      // No room, or nothing may be written here: the index works without a file.
      return;
    }
    // The keys are in the file now and need no memory.
    if (!stored.current) this.#kept.delete(path);
  }

  async #put(path: string, stored: StoredIndex): Promise<void> {
    await writeIndex(path, stored);
    await this.#leftovers.remove(dirname(path));
  }

  #holds(stored: StoredIndex, file: RecordFile, segment: number, open: OpenSegment) {
    // An index built for longer lines counts records that are too long for this store.
    if (stored.longestLine > this.#maxLineBytes) return false;
    return isStateOf(stored, file, segment, open);
  }

  #keep(path: string, index: SegmentIndex): SegmentIndex {
    this.#kept.delete(path);
    this.#kept.set(path, index);
    let bytes = 0;
    for (const kept of this.#kept.values()) bytes += kept.bytes;
    for (const [oldest, kept] of this.#kept) {
      if (bytes <= MAX_KEPT_BYTES || oldest === path) break;
      this.#kept.delete(oldest);
      bytes -= kept.bytes;
    }
    return index;
  }
}
