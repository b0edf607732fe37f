import type { DecodedRecord } from "../line/record-line.ts";
import { BlockTable, type Block } from "./block-table.ts";
import { hashKey } from "./key-hash.ts";
import { KeyCollector, MAX_BLOCKS, type KeyTable } from "./key-table.ts";

/** Adjacent blocks with one table of their keys. */
export interface Run extends KeyTable {
  readonly blocks: BlockTable;
  /** The statuses that the blocks count. */
  readonly statuses: readonly string[];
}

/** Maximum number and length of the statuses that a run counts; a block with any other status is opaque. */
const MAX_STATUSES = 16;
const MAX_STATUS_CHARS = 64;

/** Builds a run line by line. */
export class RunBuilder {
  readonly #blocks: Block[] = [];
  readonly #statuses: string[] = [];
  readonly #keys: KeyCollector;
  /** The workflows of the open block: each is one key, however many of its records are in the block. */
  readonly #workflows = new Set<string>();
  #open: { -readonly [Name in keyof Block]: Block[Name] } & { statuses: number[] };

  /** Continues a run that has room left, or begins one. */
  constructor(next: { readonly offset: number; readonly line: number }, run?: Run) {
    this.#keys = new KeyCollector(run);
    for (let n = 0; n < (run?.blocks.count ?? 0); n++) {
      this.#blocks.push((run as Run).blocks.at(n));
    }
    this.#statuses.push(...(run?.statuses ?? []));
    this.#open = emptyBlock(next.offset, next.line);
  }

  get isFull(): boolean {
    return this.#blocks.length === MAX_BLOCKS;
  }

  /** Size of the open block, in bytes. */
  get openBytes(): number {
    return this.#open.length;
  }

  /** Where the closed blocks end. */
  get end(): { readonly offset: number; readonly line: number } {
    return { offset: this.#open.offset, line: this.#open.firstLine };
  }

  /** Adds a line of this many bytes, including its newline. A line that is not a record counts only as a line. */
  add(bytes: number, decoded: DecodedRecord | "opaque" | undefined): void {
    const block = this.#open;
    block.length += bytes;
    block.lines += 1;
    if (decoded === "opaque") block.opaque = true;
    else if (decoded !== undefined) this.#count(decoded);
  }

  closeBlock(): void {
    const { offset, length, firstLine, lines } = this.#open;
    if (lines === 0) return;
    this.#blocks.push(this.#open);
    this.#workflows.clear();
    this.#open = emptyBlock(offset + length, firstLine + lines);
  }

  /** The closed blocks; undefined if there are none. */
  run(): Run | undefined {
    if (this.#blocks.length === 0) return undefined;
    const statuses = [...this.#statuses];
    const blocks = BlockTable.of(this.#blocks, statuses.length);
    return { blocks, statuses, ...this.#keys.table() };
  }

  #count({ record, time }: DecodedRecord): void {
    const block = this.#open;
    const { id, workflowId, status, durationMs } = record;
    this.#keys.add(hashKey({ kind: "id", value: id }), this.#blocks.length);
    if (workflowId !== undefined) this.#addWorkflow(workflowId);
    block.records += 1;
    block.earliest = Math.min(block.earliest, time);
    block.latest = Math.max(block.latest, time);
    if (durationMs !== undefined) {
      block.durations += 1;
      block.durationSum += durationMs;
    }
    const n = this.#statusNumber(status);
    if (n === undefined) block.opaque = true;
    else block.statuses[n] = (block.statuses[n] ?? 0) + 1;
  }

  #addWorkflow(workflowId: string): void {
    if (this.#workflows.has(workflowId)) return;
    this.#workflows.add(workflowId);
    this.#keys.add(hashKey({ kind: "workflowId", value: workflowId }), this.#blocks.length);
  }

  #statusNumber(status: string): number | undefined {
    const n = this.#statuses.indexOf(status);
    if (n >= 0) return n;
    const isTaken = this.#statuses.length < MAX_STATUSES && status.length <= MAX_STATUS_CHARS;
    return isTaken ? this.#statuses.push(status) - 1 : undefined;
  }
}

function emptyBlock(offset: number, firstLine: number): Block & { statuses: number[] } {
  return {
    offset,
    length: 0,
    firstLine,
    lines: 0,
    opaque: false,
    records: 0,
    earliest: Infinity,
    latest: -Infinity,
    durations: 0,
    durationSum: 0,
    statuses: [],
  };
}
