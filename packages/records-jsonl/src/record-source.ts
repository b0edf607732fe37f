import type { FileLine } from "@mem/append-log";
import type { DamageLog } from "./damage-log.ts";
import { agentFile } from "./file-names.ts";
import { LineBatches, type LineBatchesOptions } from "./line-batches.ts";
import { decodeRecord, type DecodedRecord } from "./record-line.ts";

export interface RecordSourceOptions extends LineBatchesOptions {
  /** The file within its tenant's folder. */
  readonly name: string;
  /** The file within the store's folder, for reports. */
  readonly label: string;
  readonly tenantId: string;
  readonly damage: DamageLog;
}

interface Head extends DecodedRecord {
  readonly start: number;
  readonly end: number;
}

/** The records of one file, oldest or newest first, read as far as they are asked for. */
export class RecordSource {
  readonly #options: RecordSourceOptions;
  readonly #lines: LineBatches;
  #batch: FileLine[] = [];
  #next = 0;
  #head: Head | undefined;
  /** Forwards: where the last line ended that was read. */
  #end: number;

  constructor(options: RecordSourceOptions) {
    this.#options = options;
    this.#lines = new LineBatches(options);
    this.#end = options.position ?? 0;
  }

  get name(): string {
    return this.#options.name;
  }

  /** The record whose turn it is; undefined before the first `advance()` and at the end. */
  get head(): DecodedRecord | undefined {
    return this.#head;
  }

  /** Where a query goes on that is to find the head first. */
  get position(): number {
    if (this.#options.forwards) return this.#head?.start ?? this.#end;
    return this.#head?.end ?? 0;
  }

  /** Moves on to the next line that is a record, reporting what is skipped. */
  async advance(): Promise<void> {
    for (;;) {
      const line = this.#batch[this.#next];
      if (line === undefined) {
        this.#batch = await this.#lines.next();
        this.#next = 0;
        if (this.#batch.length > 0) continue;
        this.#head = undefined;
        return;
      }
      this.#next += 1;
      const end = line.offset + line.length + 1;
      if (line.terminated) this.#end = end;
      const decoded = this.#decode(line);
      if (typeof decoded === "string") this.#report(line, decoded);
      else if (decoded !== undefined) {
        this.#head = { ...decoded, start: line.offset, end };
        return;
      }
    }
  }

  /** A record, what is wrong with the line, or undefined where it is merely empty. */
  #decode({ line, terminated }: FileLine): DecodedRecord | string | undefined {
    const { maxLineBytes, tenantId, name } = this.#options;
    if (!terminated) return "torn: it has no end";
    if (line === undefined) return `longer than ${maxLineBytes} bytes`;
    if (isBlank(line)) return undefined;
    const decoded = decodeRecord(line);
    if (typeof decoded === "string") return decoded;
    const { record } = decoded;
    // Whoever can write to one agent's file can't speak for another agent or tenant.
    const isTrue = record.tenantId === tenantId && agentFile(record.agentId) === name;
    return isTrue ? decoded : "a record of another agent or tenant";
  }

  #report({ offset }: FileLine, problem: string): void {
    const { damage, label } = this.#options;
    damage.note({ file: label, offset, problem });
  }
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x0d);
}
