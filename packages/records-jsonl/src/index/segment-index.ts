import type { MemberTable } from "../reading/member-table.ts";
import { spansIn, type Span, type Wanted } from "./block-choice.ts";
import { openIndex, type StoredIndex } from "./index-file.ts";
import { readEntries, type IndexedRun } from "./indexed-run.ts";
import type { Run } from "./run-builder.ts";

/** About how much unpacked content a member table keeps, in bytes. */
const MEMBERS_BYTES = 2 ** 18;

/** What is known about a segment without reading it. Tells queries where not to look, never what is there. */
export class SegmentIndex {
  readonly #path: string;
  readonly stored: StoredIndex;

  /** `path` is the index file, which holds the keys that are not in memory. */
  constructor(path: string, stored: StoredIndex) {
    this.#path = path;
    this.stored = stored;
  }

  /** The offset up to which it knows the lines of the segment; of an earlier segment, it knows all that count. */
  get end(): number {
    return this.stored.end;
  }

  /** Whether it describes the file that is appended to. */
  get current(): boolean {
    return this.stored.current;
  }

  get runs(): readonly IndexedRun[] {
    return this.stored.runs;
  }

  get members(): MemberTable | undefined {
    return this.stored.members;
  }

  /** About how much memory it takes, in bytes. */
  get bytes(): number {
    const { runs, members } = this.stored;
    const inRuns = runs.reduce((sum, { blocks, starts, entries }) => {
      const keys = typeof entries === "number" ? 0 : entries.byteLength;
      return sum + blocks.bytes.byteLength + starts.byteLength * 2 + keys;
    }, 1000);
    return inRuns + (members === undefined ? 0 : MEMBERS_BYTES + members.places.length * 100);
  }

  /** The spans up to `end` that may hold wanted records. Undefined if the index file can't be used any more. */
  async spans(wanted: Wanted): Promise<Span[] | undefined> {
    const isInFile = this.runs.some(({ entries }) => typeof entries === "number");
    await using keys = isInFile && wanted.keys.length > 0 ? openIndex(this.#path) : undefined;
    const spans: Span[] = [];
    for (const run of this.runs) {
      const found = await spansIn(run, wanted, keys);
      if (found === undefined) return undefined;
      spans.push(...found);
    }
    return spans;
  }

  /** Its runs with all their keys in memory. Undefined if the index file can't be used any more. */
  async loadRuns(): Promise<Run[] | undefined> {
    await using keys = openIndex(this.#path);
    const runs: Run[] = [];
    for (const run of this.runs) {
      const entries = await readEntries(run, keys);
      if (entries === undefined) return undefined;
      runs.push({ ...run, entries });
    }
    return runs;
  }

  /** The last line at or before this offset whose number is known: the number, and where the line begins. */
  lineBefore(offset: number): { readonly line: number; readonly offset: number } {
    let before = { line: 1, offset: 0 };
    for (const { blocks } of this.runs) {
      for (let n = 0; n < blocks.count && blocks.offset(n) <= offset; n++) {
        before = { line: blocks.firstLine(n), offset: blocks.offset(n) };
      }
    }
    return before;
  }
}
