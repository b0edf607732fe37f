import { randomUUID } from "node:crypto";
import type { Health, LongTermEntry, LongTermWrite, Page, SearchHit, WriteResult } from "@mem/core";
import { scope } from "./content.ts";
import type { LabStore } from "./lab-store.ts";
import { connectRaw, type Connection, type Table } from "./raw-lancedb.ts";

interface Row {
  readonly key: string;
  readonly value: string;
  readonly text: string;
  readonly metadata: string;
  readonly version: string;
}

export const RAW_TABLE = "memory";
const HEALTH: Health = {
  status: "ok",
  backend: "raw",
  durability: "process",
  messages: [],
  details: {},
};

/** LanceDB as products use it for memory: `mergeInsert` to save, a read before it to check conditions. */
export function createRawStore(uri: string): LabStore {
  return new RawStore(uri);
}

class RawStore implements LabStore {
  readonly #opened: Promise<{ readonly connection: Connection; readonly table: Table }>;

  constructor(uri: string) {
    this.#opened = openTable(uri);
    // Every caller gets the error.
    this.#opened.catch(() => undefined);
  }

  async get(_: unknown, keys: readonly string[]): Promise<(LongTermEntry | undefined)[]> {
    const rows = await this.#rows(`key IN (${keys.map((key) => `'${key}'`).join(", ")})`);
    return keys.map((key) => {
      const row = rows.find((each) => each.key === key);
      return row && toEntry(row);
    });
  }

  async save(_: unknown, writes: readonly LongTermWrite[]): Promise<WriteResult[]> {
    const { table } = await this.#opened;
    const results: WriteResult[] = [];
    for (const write of writes) {
      const isConditional = write.ifAbsent === true || write.ifVersion !== undefined;
      const [current] = isConditional ? await this.get(scope, [write.key]) : [];
      if (isConditional && current?.version !== write.ifVersion) {
        results.push({ stored: false });
        continue;
      }
      const row = toRow(write);
      await table
        .mergeInsert("key")
        .whenMatchedUpdateAll()
        .whenNotMatchedInsertAll()
        .execute([{ ...row }]);
      results.push({ stored: true, version: row.version });
    }
    return results;
  }

  async delete(_: unknown, removals: readonly { readonly key: string }[]): Promise<boolean[]> {
    const { table } = await this.#opened;
    const found = await this.get(
      scope,
      removals.map(({ key }) => key),
    );
    await table.delete(`key IN (${removals.map(({ key }) => `'${key}'`).join(", ")})`);
    return found.map((entry) => entry !== undefined);
  }

  async list(): Promise<Page<LongTermEntry>> {
    return { items: (await this.#rows()).map(toEntry) };
  }

  async count(): Promise<number> {
    return (await this.#opened).table.countRows();
  }

  async search(_: unknown, { text }: { readonly text: string }): Promise<SearchHit[]> {
    const rows = await this.#rows(`text LIKE '%${text}%'`);
    return rows.map((row) => ({
      ...toEntry(row),
      score: 1,
      scores: {},
      passage: { text: row.text, start: 0, end: row.text.length, headings: [] },
      snippet: "",
      matched: [],
    }));
  }

  async flush(): Promise<void> {
    await (await this.#opened).table.optimize();
  }

  async health(): Promise<Health> {
    await this.#opened;
    return HEALTH;
  }

  async verify(): Promise<{ readonly entries: number; readonly problems: readonly [] }> {
    return { entries: await this.count(), problems: [] };
  }

  async close(): Promise<void> {
    const { connection, table } = await this.#opened;
    table.close();
    connection.close();
  }

  async #rows(where?: string): Promise<Row[]> {
    const { table } = await this.#opened;
    const query = where === undefined ? table.query() : table.query().where(where);
    return (await query.toArray()) as Row[];
  }
}

async function openTable(uri: string): Promise<{ connection: Connection; table: Table }> {
  const connection = await connectRaw(uri);
  const names = await connection.tableNames();
  if (names.includes(RAW_TABLE)) {
    return { connection, table: await connection.openTable(RAW_TABLE) };
  }
  try {
    const first = [{ ...toRow({ key: "", value: null, text: "", source: "agent" }) }];
    const table = await connection.createTable(RAW_TABLE, first);
    await table.delete("key = ''");
    return { connection, table };
  } catch {
    // Another process made the table first.
    return { connection, table: await connection.openTable(RAW_TABLE) };
  }
}

function toRow({ key, value, text, metadata }: LongTermWrite): Row {
  return {
    key,
    value: JSON.stringify(value),
    text,
    metadata: JSON.stringify(metadata ?? {}),
    version: randomUUID(),
  };
}

function toEntry({ key, value, text, metadata, version }: Row): LongTermEntry {
  return {
    key,
    value: JSON.parse(value) as LongTermEntry["value"],
    text,
    metadata: JSON.parse(metadata) as NonNullable<LongTermEntry["metadata"]>,
    version,
    createdAt: 0,
    updatedAt: 0,
    source: "agent",
    agentId: scope.agentId ?? "",
  };
}
