import type { FileLine } from "@mem/append-log";
import { sealedSegment } from "../line/control-line.ts";
import { readRecord, type LineContext } from "../reading/line-record.ts";
import { MAX_BLOCKS } from "./key-table.ts";
import { RunBuilder, type Run } from "./run-builder.ts";

/** Maximum size of a block, in bytes, unless it is a single longer line. */
const BLOCK_BYTES = 2 ** 16;

/** What is known about the lines of a segment, up to an offset. */
export interface Coverage {
  readonly runs: readonly Run[];
  /** That offset. */
  readonly end: number;
  /** The length of the longest line that was read as a record, in bytes. */
  readonly longestLine: number;
  /** Whose records they are; undefined if there are none. */
  readonly agentId: string | undefined;
}

export interface IndexBuilderOptions extends LineContext {
  readonly segment: number;
}

/** Builds the index of a segment from its lines, from the beginning or from where an earlier index ends. */
export class IndexBuilder {
  readonly #options: IndexBuilderOptions;
  readonly #runs: Run[];
  #run: RunBuilder;
  #longestLine: number;
  #agentId: string | undefined;

  constructor(options: IndexBuilderOptions, before?: Coverage) {
    this.#options = options;
    this.#runs = [...(before?.runs ?? [])];
    this.#longestLine = before?.longestLine ?? 0;
    this.#agentId = before?.agentId;
    const last = this.#runs.at(-1);
    const next = behind(last);
    // A full run has no numbers left for further blocks.
    const hasRoom = last !== undefined && last.blocks.count < MAX_BLOCKS;
    this.#run = new RunBuilder(next, hasRoom ? this.#runs.pop() : undefined);
  }

  /** False if the line, and everything after it, does not belong to the segment. */
  add(line: FileLine): boolean {
    const { current, segment } = this.#options;
    if (!line.terminated && current) return false;
    if (!current && line.line !== undefined && sealedSegment(line.line) === segment) return false;
    const bytes = line.length + (line.terminated ? 1 : 0);
    if (this.#run.openBytes + bytes > BLOCK_BYTES) this.#closeBlock();
    if (line.line === undefined) {
      this.#run.add(bytes, "opaque");
      return true;
    }
    const decoded = readRecord(line, this.#options);
    if (typeof decoded !== "object") {
      this.#run.add(bytes, undefined);
      return true;
    }
    this.#run.add(bytes, decoded);
    this.#longestLine = Math.max(this.#longestLine, line.length);
    this.#agentId ??= decoded.record.agentId;
    return true;
  }

  /** Leaves the last block of the current file out, because it is still growing. */
  finish(): Coverage {
    if (!this.#options.current) this.#closeBlock();
    const run = this.#run.run();
    const runs = run === undefined ? this.#runs : [...this.#runs, run];
    const { offset: end } = this.#run.end;
    return { runs, end, longestLine: this.#longestLine, agentId: this.#agentId };
  }

  #closeBlock(): void {
    this.#run.closeBlock();
    if (!this.#run.isFull) return;
    const run = this.#run.run() as Run;
    this.#runs.push(run);
    this.#run = new RunBuilder(behind(run));
  }
}

/** Where the block after a run begins. */
function behind(run: Run | undefined): { offset: number; line: number } {
  if (run === undefined) return { offset: 0, line: 1 };
  const { offset, length, firstLine, lines } = run.blocks.at(run.blocks.count - 1);
  return { offset: offset + length, line: firstLine + lines };
}
