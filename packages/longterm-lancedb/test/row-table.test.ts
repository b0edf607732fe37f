import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  integer,
  oneof,
  option,
  string,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { loadNativeModules } from "../src/table/native-module.ts";
import { rowTable } from "../src/table/row-table.ts";
import { scanRows } from "../src/table/row-scan.ts";
import type { Row } from "../src/table/row.ts";
import { tableSchema } from "../src/table/table-schema.ts";
import { openDatabase } from "./view.ts";

const DIMENSIONS = 3;

const text = oneof(
  string({ unit: "binary" }),
  constantFrom(
    "",
    "\0",
    "\0\0a\0",
    "\uFEFF",
    "\uFEFFa",
    "\uFEFF\uFEFF",
    "a\uFEFF",
    "'\"\\",
    "\n\r\u2028",
    "\u{1F600}\u{10FFFF}",
    "e\u0301",
    "x".repeat(70_000),
    "\u{1F600}".repeat(3_000),
  ),
);
const nullable = option(text, { nil: null });
const rows = array(
  integer({ min: 0, max: 1 }).chain((withVector) =>
    array(text, { minLength: 7, maxLength: 7 }).chain((texts) =>
      array(nullable, { minLength: 5, maxLength: 5 }).map((others) => ({
        withVector,
        texts,
        others,
      })),
    ),
  ),
  { minLength: 1, maxLength: 12 },
);

function toRow(
  i: number,
  { withVector, texts, others }: { withVector: number; texts: string[]; others: (string | null)[] },
): Row {
  const [tenant = "", workflow = "", agent = "", entry = "", terms = "", version = ""] = texts;
  const [metadata = null, sequence = null, op_id = null, subject = null, vector_hash = null] =
    others;
  return {
    id: `${i}:${texts[6]}`,
    tenant,
    workflow,
    agent,
    entry,
    metadata,
    version,
    sequence,
    op_id,
    subject,
    position: sequence === null ? null : i / 3,
    created_at: 1.8e12 + i,
    updated_at: -i,
    terms,
    length: i,
    content: `content ${i}`,
    facets: i % 3 === 0 ? null : Array.from({ length: i % 5 }, (_, facet) => facet * i),
    passage_vectors: i % 2 === 0 ? null : Uint8Array.from({ length: i }, (_, byte) => 255 - byte),
    vector_hash,
    vector: withVector === 1 ? Float32Array.from([i, -0.5, 1e-20]) : null,
  };
}

describe("rows that are written", () => {
  it("are read as they were, whatever text is in them", async () => {
    const database = await openDatabase();
    const { arrow } = await loadNativeModules();
    let tables = 0;
    await assert(
      asyncProperty(rows, async (made) => {
        const given = made.map((each, i) => toRow(i, each));
        const schema = tableSchema(arrow, DIMENSIONS);
        const table = await database.connection.createEmptyTable(`rows-${tables++}`, schema);
        await table.add(rowTable(arrow, given, DIMENSIONS));
        const read: Row[] = [];
        for await (const batch of scanRows(table, "")) read.push(...batch);
        table.close();
        expect(read.toSorted((a, b) => a.length - b.length)).toEqual(given);
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it("may be many", async () => {
    const database = await openDatabase();
    const { arrow } = await loadNativeModules();
    const texts = Array.from({ length: 7 }, (_, i) => `text ${i}`);
    const others = [null, "s", null, "é", null];
    const given = Array.from({ length: 9_000 }, (_, i) =>
      toRow(i, { withVector: i % 2, texts, others }),
    );
    const table = await database.connection.createEmptyTable(
      "many",
      tableSchema(arrow, DIMENSIONS),
    );
    await table.add(rowTable(arrow, given, DIMENSIONS));
    expect(await table.countRows("vector IS NULL")).toBe(4_500);
    expect(await table.countRows("subject = 'é' AND op_id IS NULL")).toBe(9_000);
    table.close();
  });
});
