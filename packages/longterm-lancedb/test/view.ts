import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Table } from "@lancedb/lancedb";
import { contentHash, type LongTermWrite, type Scope } from "@mem/core";
import { createAnalyzer, documentLength, joinTerms, type Analyzer } from "@mem/search";
import { onTestFinished } from "vitest";
import { Database } from "../src/table/database.ts";
import { EntryCache } from "../src/reading/entry-cache.ts";
import { locate } from "../src/folder/location.ts";
import { Overlay } from "../src/log/overlay.ts";
import { facetsOf } from "../src/table/facets.ts";
import { packEntry } from "../src/table/packed-row.ts";
import { hashRow, hashVector } from "../src/table/row-hash.ts";
import { readStored } from "../src/table/row-queries.ts";
import { rowId, type Row } from "../src/table/row.ts";
import { prepareTable, tableSchema } from "../src/table/table-schema.ts";
import type { View } from "../src/reading/view.ts";

export const DIMENSIONS = 4;
export const analyzer: Analyzer = createAnalyzer();

/** An entry as a test puts it into a table or an overlay. */
export interface Placed {
  readonly scope: Scope;
  readonly write: LongTermWrite;
  readonly version: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly vector?: Float32Array | undefined;
}

/** A database that is removed after the test. */
export async function openDatabase(): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), "mem-view-"));
  const database = await Database.connect(locate(join(folder, "store")));
  onTestFinished(async () => {
    database.close();
    await rm(folder, { recursive: true, force: true });
  });
  return database;
}

let tables = 0;

/** A new table with these entries. */
export async function makeTable(database: Database, placed: readonly Placed[]): Promise<Table> {
  const { connection, modules } = database;
  const schema = tableSchema(modules.arrow, DIMENSIONS);
  const table = await connection.createEmptyTable(`table-${tables++}`, schema);
  await prepareTable(table, modules);
  // In two pieces, so that LanceDB's index covers the whole of one of them and not the other.
  const half = Math.ceil(placed.length / 2);
  for (const piece of [placed.slice(0, half), placed.slice(half)]) {
    if (piece.length > 0) await table.add(piece.map(toRow));
  }
  onTestFinished(() => table.close());
  return table;
}

export function makeView(table: Table, overlay: Overlay = new Overlay(), version = 1): View {
  const cache = new EntryCache();
  cache.version = version;
  return {
    table,
    version,
    overlay,
    cache,
    refusalOf: async () => undefined,
    async learn(changes) {
      const unknown = [...changes].filter(({ stored }) => stored === undefined);
      const facts = await readStored(
        table,
        unknown.map(({ id }) => id),
      );
      for (const changed of unknown) changed.stored = facts.get(changed.id) ?? null;
    },
  };
}

export function toRow({
  scope,
  write,
  version,
  createdAt,
  updatedAt,
  vector,
}: Placed): Row & Record<string, unknown> {
  const terms = analyzer.analyze(write.text);
  const id = rowId(scope, write.key);
  const row = {
    id,
    tenant: scope.tenantId,
    workflow: scope.workflowId ?? "",
    agent: scope.agentId ?? "",
    metadata: write.metadata === undefined ? null : JSON.stringify(write.metadata),
    sequence: write.sequence?.id ?? null,
    position: write.sequence?.position ?? null,
    version,
    created_at: createdAt,
    updated_at: updatedAt,
    op_id: write.opId ?? null,
    subject: write.subject ?? null,
  };
  const others = {
    value: JSON.stringify(write.value),
    text: write.text,
    source: write.source,
    derived_from: write.derivedFrom === undefined ? null : JSON.stringify(write.derivedFrom),
  };
  const content = contentHash(write.value, write.text);
  const blank = write.text.trim() === "" ? "" : null;
  return {
    ...row,
    entry: packEntry({ ...row, ...others, hash: hashRow({ ...row, ...others }) }),
    terms: joinTerms(terms),
    length: documentLength(terms),
    content,
    facets: facetsOf(content, write.metadata),
    vector: vector ?? null,
    vector_hash: vector === undefined ? blank : hashVector(id, write.text, vector, null),
    passage_vectors: null,
  };
}
