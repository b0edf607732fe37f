import type { ExecutionRecord } from "@mem/core";
import type { Subject } from "../lab/fault.ts";
import type { Problem } from "../lab/finding.ts";
import { AGENTS, isAsWritten, markOf, newRecord, subjectOf, TENANT } from "./content.ts";
import type { JournalLine } from "./journal.ts";
import { openLabRecords, type LabRecords, type LabTrail } from "./lab-records.ts";
import { checkTrail } from "./trail-check.ts";
import { readTrails } from "./trail-files.ts";

interface EvidenceOptions {
  /** The error codes with which calls may be refused. */
  readonly allowedCodes?: readonly string[];
}

/** What processes were told about one trail, and what therefore has to be in it. */
export class TrailEvidence {
  readonly #allowedCodes: ReadonlySet<string>;
  readonly #stored = new Set<string>();
  /** Refused, with the assurance that nothing had happened. */
  readonly #refused = new Set<string>();
  /** The people whose erasure has begun, and whether it was acknowledged. */
  readonly #erasures = new Map<string, boolean>();
  readonly #ofSubject = new Map<string, string[]>();
  #lastId = 0;

  constructor({ allowedCodes = [] }: EvidenceOptions = {}) {
    this.#allowedCodes = new Set(allowedCodes);
  }

  get acknowledged(): number {
    return this.#stored.size;
  }

  get erased(): number {
    return [...this.#erasures.values()].filter(Boolean).length;
  }

  /** Adds what processes have reported; returns the contradictions in it. */
  take(lines: readonly JournalLine[]): Problem[] {
    return lines.flatMap((line) => this.#take(line));
  }

  /**
   * Repairs, while nobody writes, as any user would who continues: repeats the erasures that were not answered, writes
   * a record for every agent and closes the files. Then checks everything: through the store, and by hand.
   */
  async settle(subject: Subject, trail: LabTrail): Promise<Problem[]> {
    const records = openLabRecords(subject, trail);
    try {
      const problems = await this.#settle(records);
      // Plain lines have nothing to check by hand.
      if (subject === "mem") problems.push(...(await this.#readByHand(records, trail)));
      return problems;
    } catch (error) {
      return [{ kind: "failed open", message: String(error) }];
    } finally {
      await records.close();
    }
  }

  async #settle(records: LabRecords): Promise<Problem[]> {
    for (const [subject, isAcknowledged] of this.#erasures) {
      if (!isAcknowledged) await records.erase({ tenantId: TENANT, subject });
      this.#erasures.set(subject, true);
    }
    const missing = new Set(AGENTS);
    while (missing.size > 0) {
      const record = newRecord(`settling.${this.#lastId++}`);
      if (!missing.delete(record.agentId)) continue;
      await records.append([record]);
      this.#stored.add(record.id);
    }
    await records.rotate();
    const problems = this.#judge(await readAll(records));
    for (const message of await records.objections()) {
      problems.push({ kind: "broken chain", message: `verify: ${message}` });
    }
    return problems;
  }

  async #readByHand(records: LabRecords, { dir, key }: LabTrail): Promise<Problem[]> {
    const problems: Problem[] = [];
    const ids: string[] = [];
    const marks = new Map([...this.#erasedIds()].map((id) => [markOf(id), id]));
    for (const files of readTrails(dir).values()) {
      const checked = checkTrail(files, key);
      problems.push(...checked.problems);
      ids.push(...checked.records.filter(({ id }) => id !== undefined).map(({ id }) => id));
      for (const { label, content } of files) {
        for (const [, mark = ""] of content.toString("latin1").matchAll(/"mark":"(\w+)"/g)) {
          const id = marks.get(mark);
          if (id === undefined) continue;
          problems.push({ kind: "undone", message: `${label} still has the text of ${id}` });
        }
      }
    }
    const read = (await readAll(records)).map(({ id }) => id).toSorted();
    if (ids.toSorted().join() !== read.join()) {
      const message = `the files have ${ids.length} records, but the store reads ${read.length}`;
      problems.push({ kind: "disagreement", message });
    }
    return problems;
  }

  #judge(found: readonly ExecutionRecord[]): Problem[] {
    const problems: Problem[] = [];
    const ids = new Set<string>();
    const latest = new Map<string, number>();
    for (const record of found) {
      const { id, agentId } = record;
      if (ids.has(id)) problems.push({ kind: "duplicate", message: `${id} is stored twice` });
      ids.add(id);
      if (!isAsWritten(record)) problems.push({ kind: "wrong data", message: id });
      if (this.#refused.has(id)) {
        problems.push({ kind: "undone", message: `${id} was refused, but is stored` });
      }
      const [lane = "", number = 0] = placeOf(id);
      const before = latest.get(`${agentId} ${lane}`) ?? -1;
      if (number < before) {
        problems.push({ kind: "wrong place", message: `${id} is behind ${lane}.${before}` });
      }
      latest.set(`${agentId} ${lane}`, number);
    }
    const erased = this.#erasedIds();
    for (const id of this.#stored) {
      if (erased.has(id)) {
        if (ids.has(id)) problems.push({ kind: "undone", message: `${id} was erased` });
      } else if (!ids.has(id)) {
        problems.push({ kind: "lost", message: `${id} was acknowledged` });
      }
    }
    return problems;
  }

  #erasedIds(): Set<string> {
    return new Set(
      [...this.#erasures.keys()].flatMap((subject) => this.#ofSubject.get(subject) ?? []),
    );
  }

  #take(line: JournalLine): Problem[] {
    switch (line.is) {
      case "stored":
        for (const id of line.ids) this.#store(id);
        return [];
      case "erasing":
        this.#erasures.set(line.subject, false);
        return [];
      case "erased": {
        this.#erasures.set(line.subject, true);
        const ids = this.#ofSubject.get(line.subject) ?? [];
        const missing = ids.filter((id) => !line.ids.includes(id));
        if (missing.length === 0) return [];
        return [{ kind: "failed call", message: `erase did not name ${missing.join(", ")}` }];
      }
      case "refused": {
        const { ids, what, code, outcome, message } = line;
        if (outcome === "not-applied") for (const id of ids) this.#refused.add(id);
        if (this.#allowedCodes.has(code)) return [];
        return [{ kind: "failed call", message: `${what}: ${code} (${outcome}) ${message}` }];
      }
    }
  }

  #store(id: string): void {
    this.#stored.add(id);
    const subject = subjectOf(id);
    if (subject === undefined) return;
    const ids = this.#ofSubject.get(subject);
    if (ids === undefined) this.#ofSubject.set(subject, [id]);
    else ids.push(id);
  }
}

async function readAll(records: LabRecords): Promise<readonly ExecutionRecord[]> {
  const found: ExecutionRecord[] = [];
  for (const agentId of AGENTS) found.push(...(await records.readAll(agentId)));
  return found;
}

/** The lane of an id, and its number in that lane. */
function placeOf(id: string): [lane: string, number: number] | [] {
  const [, lane = "", number] = /^(.+)\.(\d+)(?:@|$)/.exec(id) ?? [];
  return number === undefined ? [] : [lane, Number(number)];
}
