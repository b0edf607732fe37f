import type { JsonObject } from "@mem/core";
import type { RecordFile } from "../folder/record-folder.ts";

export interface Damage {
  /** The file, relative to the store's folder. */
  readonly file: string;
  /** Where the line begins, in bytes; absent if the whole file is concerned. */
  readonly offset?: number;
  readonly problem: string;
  /** The segment that the offset is in. */
  readonly place?: { readonly file: RecordFile; readonly segment: number };
}

/** Damage as it is reported. */
export interface DamageNow extends JsonObject {
  readonly file: string;
  /** From 1; absent if unknown. */
  readonly line?: number;
  readonly offset?: number;
  readonly problem: string;
}

/** Looks at damage again; undefined if there is none any more. */
export type DamageCheck = (damage: Damage) => Promise<DamageNow | undefined>;

/** The problem of a part that can't be unpacked. */
export const LOST_PART = "a compressed part is damaged";

const MAX_NOTES = 100;
const MAX_MESSAGES = 10;

/** Collects what was skipped while reading: each place once, and no more places than a person would read. */
export class DamageLog {
  readonly #notes = new Map<string, Damage>();
  #more = false;

  note(damage: Damage): void {
    const segment = damage.place?.segment ?? "";
    const agentFile = damage.place?.file.label ?? damage.file;
    const place = `${damage.offset ?? ""}:${segment}:${agentFile}`;
    if (this.#notes.size < MAX_NOTES) this.#notes.set(place, damage);
    else if (!this.#notes.has(place)) this.#more = true;
  }

  /** Reports the damage as messages and in full. Looks at each place again, and forgets those that were repaired. */
  async report(check: DamageCheck): Promise<{ messages: string[]; details: JsonObject[] }> {
    const details: DamageNow[] = [];
    for (const [place, damage] of this.#notes) {
      const found = await check(damage);
      if (found !== undefined) details.push(found);
      else if (this.#notes.get(place) === damage) this.#notes.delete(place);
    }
    if (details.length === 0) this.#more = false;
    const messages = details.slice(0, MAX_MESSAGES).map(describe);
    const hidden = details.length - messages.length;
    if (hidden > 0) {
      messages.push(`${this.#more ? "at least " : ""}${hidden} more damaged places, see details`);
    }
    return { messages, details };
  }
}

function describe({ file, line, offset, problem }: DamageNow): string {
  const lineName = line === undefined ? "" : `, line ${line}`;
  const place = offset === undefined ? file : `${file}${lineName}, at byte ${offset}`;
  return `${place} was skipped: ${problem}`;
}
