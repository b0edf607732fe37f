/** What is known about some adjacent lines. */
export interface Block {
  /** Where its first line begins in the segment, and its length including the last newline, in bytes. */
  readonly offset: number;
  readonly length: number;
  /** The number of its first line, from 1, and how many lines it has. */
  readonly firstLine: number;
  readonly lines: number;
  /** It may hold more than is known, so it is always read. */
  readonly opaque: boolean;
  readonly records: number;
  /** The earliest and the latest time of its records; `Infinity` and `-Infinity` if it has none. */
  readonly earliest: number;
  readonly latest: number;
  /** How many records have a duration, and the sum of these durations. */
  readonly durations: number;
  readonly durationSum: number;
  /** How many records have each of the run's statuses. */
  readonly statuses: readonly number[];
}

const WIDE = ["offset", "length", "firstLine", "earliest", "latest", "durationSum"] as const;
const NARROW = ["lines", "records", "durations"] as const;

/** The blocks of a run as columns, which are used as they are stored in a file. */
export class BlockTable {
  readonly count: number;
  /** The table as it is stored in a file. */
  readonly bytes: Uint8Array;
  /** The numbers of the blocks that are always read. */
  readonly opaque: readonly number[];
  readonly #statuses: number;
  readonly #wide: Float64Array;
  readonly #narrow: Uint32Array;

  /** The bytes have to begin at a multiple of eight. */
  constructor(bytes: Uint8Array, count: number, statuses: number) {
    this.count = count;
    this.#statuses = statuses;
    const { buffer, byteOffset } = bytes;
    this.bytes = bytes.subarray(0, BlockTable.bytesFor(count, statuses));
    const wide = count * WIDE.length;
    this.#wide = new Float64Array(buffer, byteOffset, wide);
    this.#narrow = new Uint32Array(buffer, byteOffset + wide * 8, count * narrowColumns(statuses));
    this.opaque = this.#opaqueBlocks();
  }

  static bytesFor(count: number, statuses: number): number {
    return count * (WIDE.length * 8 + narrowColumns(statuses) * 4);
  }

  static of(blocks: readonly Block[], statuses: number): BlockTable {
    const bytes = new Uint8Array(BlockTable.bytesFor(blocks.length, statuses));
    const table = new BlockTable(bytes, blocks.length, statuses);
    for (const [n, block] of blocks.entries()) table.#set(n, block);
    return new BlockTable(bytes, blocks.length, statuses);
  }

  *numbers(): Generator<number> {
    for (let n = 0; n < this.count; n++) yield n;
  }

  at(n: number): Block {
    const [offset, length, firstLine, earliest, latest, durationSum] = WIDE.map((_, column) =>
      this.#wideAt(column, n),
    ) as [number, number, number, number, number, number];
    const [lines, records, durations] = NARROW.map((_, column) => this.#narrowAt(column, n)) as [
      number,
      number,
      number,
    ];
    const statuses = Array.from({ length: this.#statuses }, (_, status) =>
      this.statusCount(n, status),
    );
    return {
      offset,
      length,
      firstLine,
      lines,
      opaque: this.isOpaque(n),
      records,
      earliest,
      latest,
      durations,
      durationSum,
      statuses,
    };
  }

  offset(n: number): number {
    return this.#wideAt(0, n);
  }

  end(n: number): number {
    return this.#wideAt(0, n) + this.#wideAt(1, n);
  }

  firstLine(n: number): number {
    return this.#wideAt(2, n);
  }

  earliest(n: number): number {
    return this.#wideAt(3, n);
  }

  latest(n: number): number {
    return this.#wideAt(4, n);
  }

  isOpaque(n: number): boolean {
    return this.#narrowAt(NARROW.length, n) === 1;
  }

  statusCount(n: number, status: number): number {
    return this.#narrowAt(NARROW.length + 1 + status, n);
  }

  #opaqueBlocks(): number[] {
    const start = NARROW.length * this.count;
    const flags = this.#narrow.subarray(start, start + this.count);
    return flags.includes(1) ? [...this.numbers()].filter((n) => flags[n] === 1) : [];
  }

  #set(n: number, block: Block): void {
    for (const [column, name] of WIDE.entries()) this.#wide[column * this.count + n] = block[name];
    const narrow = [...NARROW.map((name) => block[name]), block.opaque ? 1 : 0];
    for (let status = 0; status < this.#statuses; status++) {
      narrow.push(block.statuses[status] ?? 0);
    }
    for (const [column, value] of narrow.entries()) this.#narrow[column * this.count + n] = value;
  }

  #wideAt(column: number, n: number): number {
    return this.#wide[column * this.count + n] as number;
  }

  #narrowAt(column: number, n: number): number {
    return this.#narrow[column * this.count + n] as number;
  }
}

function narrowColumns(statuses: number): number {
  return NARROW.length + 1 + statuses;
}
