import type { AgentRecordStats } from "@mem/core";
import type { Block } from "../index/block-table.ts";
import type { DecodedRecord } from "../line/record-line.ts";

/** Adds up records of one agent, one by one and by whole blocks. */
export class RecordSum {
  #agentId: string | undefined;
  #records = 0;
  readonly #statuses = new Map<string, number>();
  #durations = 0;
  #durationSum = 0;
  #earliest = Infinity;
  #latest = -Infinity;

  addRecord({ record, time }: DecodedRecord): void {
    const { agentId, status, durationMs } = record;
    this.#agentId ??= agentId;
    this.#records += 1;
    this.#addStatus(status, 1);
    if (durationMs !== undefined) this.#addDurations(1, durationMs);
    this.#addTimes(time, time);
  }

  /** `statuses` names the statuses that the block counts, in its order. */
  addBlock(agentId: string, block: Block, statuses: readonly string[]): void {
    if (block.records === 0) return;
    this.#agentId ??= agentId;
    this.#records += block.records;
    for (const [n, status] of statuses.entries()) this.#addStatus(status, block.statuses[n] ?? 0);
    this.#addDurations(block.durations, block.durationSum);
    this.#addTimes(block.earliest, block.latest);
  }

  /** Undefined if there are no records. */
  stats(): AgentRecordStats | undefined {
    if (this.#agentId === undefined) return undefined;
    const ended = this.#records - (this.#statuses.get("started") ?? 0);
    const errors = this.#statuses.get("error") ?? 0;
    return {
      agentId: this.#agentId,
      records: this.#records,
      statuses: Object.fromEntries(this.#statuses),
      errorRate: ended === 0 ? 0 : errors / ended,
      ...(this.#durations > 0 && { meanDurationMs: this.#durationSum / this.#durations }),
      first: new Date(this.#earliest).toISOString(),
      last: new Date(this.#latest).toISOString(),
    };
  }

  #addStatus(status: string, count: number): void {
    if (count > 0) this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + count);
  }

  #addDurations(count: number, sum: number): void {
    this.#durations += count;
    this.#durationSum += sum;
  }

  #addTimes(earliest: number, latest: number): void {
    this.#earliest = Math.min(this.#earliest, earliest);
    this.#latest = Math.max(this.#latest, latest);
  }
}
