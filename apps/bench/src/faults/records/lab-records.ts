import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionRecord, RecordErasureRequest } from "@mem/core";
import { createJsonlRecords } from "@mem/records-jsonl";
import { verifyTrail, type TrailAnchor } from "../../records/trail-verification.ts";
import type { Subject } from "../lab/fault.ts";
import { TENANT } from "./content.ts";

export interface LabTrail {
  readonly dir: string;
  readonly key?: string;
  /** The size at which a segment is closed, in bytes. */
  readonly rotateBytes: number;
}

/** The part of a record store that the lab uses. */
export interface LabRecords {
  append(records: readonly ExecutionRecord[]): Promise<void>;
  erase(request: RecordErasureRequest): Promise<readonly string[]>;
  rotate(): Promise<unknown>;
  /** Every record of an agent, oldest first. */
  readAll(agentId: string): Promise<readonly ExecutionRecord[]>;
  /** The current state, for `objections` to compare with. */
  anchor(): Promise<TrailAnchor | undefined>;
  /** What has been done to the files; empty if all is well. */
  objections(anchor?: TrailAnchor): Promise<readonly string[]>;
  close(): Promise<void>;
}

export function openLabRecords(subject: Subject, trail: LabTrail): LabRecords {
  return subject === "raw" ? new PlainLines(trail.dir) : new JsonlTrail(trail);
}

const PAGE = 1000;

class JsonlTrail implements LabRecords {
  readonly #store: ReturnType<typeof createJsonlRecords>;

  constructor({ dir, key, rotateBytes }: LabTrail) {
    this.#store = createJsonlRecords({
      dir,
      rotate: { bytes: rotateBytes },
      ...(key !== undefined && { key }),
    });
  }

  append(records: readonly ExecutionRecord[]): Promise<void> {
    return this.#store.append(records);
  }

  erase(request: RecordErasureRequest): Promise<readonly string[]> {
    return this.#store.erase(request);
  }

  rotate(): Promise<unknown> {
    return this.#store.rotate();
  }

  async readAll(agentId: string): Promise<readonly ExecutionRecord[]> {
    const records: ExecutionRecord[] = [];
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined;) {
      isFirst = false;
      const page = await this.#store.query(TENANT, {
        agentId,
        order: "oldest",
        limit: PAGE,
        ...(cursor !== undefined && { cursor }),
      });
      records.push(...page.items);
      cursor = page.cursor;
    }
    return records;
  }

  async anchor(): Promise<TrailAnchor> {
    return (await verifyTrail(this.#store, TENANT)).anchor;
  }

  async objections(anchor?: TrailAnchor): Promise<readonly string[]> {
    const { ok, agents } = await verifyTrail(this.#store, TENANT, anchor);
    if (ok) return [];
    return agents.flatMap(({ problems }) =>
      problems.map(({ kind, file, line, message }) => `${kind} ${file} line ${line}: ${message}`),
    );
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/** An audit trail as most people write it: one appended line per record. It can neither erase nor verify. */
class PlainLines implements LabRecords {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async append(records: readonly ExecutionRecord[]): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    for (const record of records) {
      await appendFile(this.#path(record.agentId), `${JSON.stringify(record)}\n`);
    }
  }

  async erase(): Promise<readonly string[]> {
    return [];
  }

  async rotate(): Promise<void> {
    await Promise.resolve();
  }

  async readAll(agentId: string): Promise<readonly ExecutionRecord[]> {
    const text = await readFile(this.#path(agentId), "utf8").catch(() => "");
    return text.split("\n").flatMap((line) => {
      try {
        return [JSON.parse(line) as ExecutionRecord];
      } catch {
        return [];
      }
    });
  }

  async anchor(): Promise<undefined> {
    await Promise.resolve();
  }

  async objections(): Promise<readonly string[]> {
    return [];
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  #path(agentId: string): string {
    return join(this.#dir, `${agentId}.jsonl`);
  }
}
