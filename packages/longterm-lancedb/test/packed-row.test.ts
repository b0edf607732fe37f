import {
  array,
  assert,
  double,
  jsonValue,
  option,
  property,
  record,
  string,
  tuple,
  type Arbitrary,
} from "fast-check";
import { encodeScope } from "@mem/core";
import { describe, expect, it } from "vitest";
import { packEntry, textIn, unpackRow } from "../src/table/packed-row.ts";
import { toEntry } from "../src/table/row-conversion.ts";
import { hashRow } from "../src/table/row-hash.ts";
import type { EntryRow, PackedRow } from "../src/table/row.ts";

const text = string({ unit: "binary" });
const name = string({ unit: "binary", minLength: 1 });
// JSON has no negative zero.
const number = double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0);
const json = (value: unknown): string => JSON.stringify(value);
const nullable = <T>(arbitrary: Arbitrary<T>): Arbitrary<T | null> =>
  option(arbitrary, { nil: null });

const rows = tuple(
  record({
    value: jsonValue().map(json),
    text,
    metadata: nullable(
      jsonValue().map((field) => `{"7":1,"field":${json(field)},"__proto__":${json(field)}}`),
    ),
    sequence: nullable(text),
    position: nullable(number),
    version: text,
    created_at: number,
    updated_at: number,
    op_id: nullable(text),
    subject: nullable(text),
    source: text,
    derived_from: nullable(array(text).map(json)),
  }),
  name,
  name,
).map(([fields, agent, key]) => hashed(agent, key, fields));

function hashed(
  agent: string,
  key: string,
  fields: Omit<EntryRow, "id" | "tenant" | "workflow" | "agent" | "hash">,
): EntryRow {
  const id = `${encodeScope({ tenantId: "acme", agentId: agent })}:${key}`;
  const row = { ...fields, id, tenant: "acme", workflow: "", agent };
  return { ...row, hash: hashRow(row) };
}

function pack(row: EntryRow): PackedRow {
  return { id: row.id, entry: packEntry(row) };
}

describe("a packed entry", () => {
  it("is unpacked as it was, whatever is in it", () => {
    assert(
      property(rows, (row) => {
        expect(unpackRow(pack(row))).toEqual(row);
        expect(textIn(packEntry(row))).toBe(row.text);
      }),
    );
  });

  it("is damage where a byte of it is another, and never another entry", () => {
    const sound = pack(
      hashed("writer", "a", {
        value: "[1,2]",
        text: "autumn",
        metadata: '{"n":10}',
        sequence: "s",
        position: 12,
        version: "v",
        created_at: 1_800_000_000_000,
        updated_at: 1_800_000_000_001,
        op_id: null,
        subject: null,
        source: "agent",
        derived_from: null,
      }),
    );
    const saved = toEntry(unpackRow(sound));
    let damaged = 0;
    for (let at = 0; at < sound.entry.length; at++) {
      for (const other of ["0", "1", " ", '"', ",", "[", "]", "x"]) {
        const entry = sound.entry.slice(0, at) + other + sound.entry.slice(at + 1);
        try {
          expect(toEntry(unpackRow({ ...sound, entry }))).toEqual(saved);
        } catch (error) {
          expect(error).toMatchObject({ code: "MEM_CORRUPT" });
          damaged++;
        }
      }
    }
    expect(damaged).toBeGreaterThan(7 * sound.entry.length);
  });
});
