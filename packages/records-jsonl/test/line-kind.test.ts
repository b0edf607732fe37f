import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readChainTail } from "../src/line/chain-tail.ts";
import { Chain } from "../src/line/chain.ts";
import {
  decodeControl,
  encodeControl,
  encodeSeal,
  sealedSegment,
  type ControlLine,
} from "../src/line/control-line.ts";
import { eraseLine, isErasedLine } from "../src/line/erased-line.ts";
import { createDigester, plainDigester } from "../src/line/line-digest.ts";
import { kindOfLine } from "../src/line/line-kind.ts";
import { encodeRecord } from "../src/line/record-line.ts";
import { SegmentSum } from "../src/line/segment-sum.ts";
import { record } from "./fixtures/records.ts";

const timestamp = "2026-01-01T00:00:00.000Z";
const CONTROLS: readonly ControlLine[] = [
  { type: "segment", timestamp, segment: 8 },
  { type: "closed", timestamp, segment: 7, lines: 0, digests: "x".repeat(32) },
  { type: "dropped", timestamp, through: 3 },
  { type: "erasure", timestamp, segment: 7, lines: [["writer", 1]] },
];
const chained = (json: string): Buffer => new Chain(plainDigester).link(json);

describe("a control line", () => {
  it.each(CONTROLS)("$type is told from a record, and read back", (control) => {
    const line = chained(encodeControl(control, "@acme/strategy.jsonl"));
    expect(kindOfLine(line)).toBe(control.type);
    expect(decodeControl(line)).toEqual({ ...control, file: "@acme/strategy.jsonl" });
  });

  it("seal is in no chain, and is known by its form, with any key or none", () => {
    for (const digester of [plainDigester, createDigester("0123456789abcdef")]) {
      const seal = Buffer.from(encodeSeal(7, timestamp, digester));
      expect(kindOfLine(seal)).toBe("sealed");
      expect(sealedSegment(seal)).toBe(7);
      expect(readChainTail(seal)).toBeUndefined();
      expect(sealedSegment(seal.subarray(0, -1))).toBeUndefined();
    }
  });

  it.each([
    '{"type":"segment","timestamp":"x","segment":0}',
    '{"type":"segment","timestamp":"x","segment":"8"}',
    '{"type":"segment","timestamp":1,"segment":8}',
    '{"type":"closed","timestamp":"x","segment":8,"lines":-1,"digests":"x"}',
    '{"type":"erasure","timestamp":"x","segment":8,"lines":[["w"]]}',
    '{"type":"dropped","timestamp":"x","through":1.5}',
    '{"type":"dropped","timestamp":"x"',
    '{"type":"erased","timestamp":"x","segment":8}',
    '{"type":"other","timestamp":"x","segment":8}',
    '{"id":"segment","timestamp":"x","segment":8}',
  ])("is not %s", (text) => {
    expect(decodeControl(Buffer.from(text))).toBeUndefined();
  });
});

describe("the kind of a line", () => {
  it.each([
    ["record", '{"id":"a"}'],
    ["record", ' {"id":"a"} \r'],
    ["record", '{"type":"erased","writer":1}'],
    ["record", '{"type":"anything"}'],
    ["record", "{}"],
    ["blank", ""],
    ["blank", "  \r"],
    ["torn", '{"id":"a'],
    ["torn", '{"type":"sealed","segment":7'],
    ["torn", "{"],
    ["torn", "\0\0\0\0"],
    ["torn", '\0\0"status":"success"'],
    ["foreign", "[1]"],
    ["foreign", "garbage}"],
  ])("is %s for %j", (kind, text) => {
    expect(kindOfLine(Buffer.from(text))).toBe(kind);
    const within = Buffer.from(`{"id":"b"}\n${text}\n{"id":"c"}`);
    expect(kindOfLine(within, 11, 11 + text.length)).toBe(kind);
  });
});

describe("an erased line", () => {
  it("keeps its length and its chain fields, and not a word of what it said", () => {
    const id = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(id, fc.jsonValue(), (secret, output) => {
        const line = chained(encodeRecord(record(1, { id: secret, output: output as null })));
        const stub = eraseLine(line) as Buffer;
        expect(stub).toHaveLength(line.length);
        const { writer, sequence, previous, digest } = readChainTail(line) ?? {};
        const fields = { type: "erased", writer, sequence, previous, digest };
        expect(JSON.parse(stub.toString())).toEqual(fields);
        expect(readChainTail(stub)).toEqual(readChainTail(line));
        expect(kindOfLine(stub)).toBe("erased");
        expect(eraseLine(stub)).toEqual(stub);
      }),
    );
  });

  it("is none with anything but blanks in it, nor one made of a line without a chain", () => {
    const stub = eraseLine(chained(encodeRecord(record(1)))) as Buffer;
    stub[20] = 0x78;
    expect(isErasedLine(stub)).toBe(false);
    expect(eraseLine(Buffer.from(encodeRecord(record(1))))).toBeUndefined();
  });
});

function sumOf(lines: readonly Buffer[]): ControlLine {
  const sum = new SegmentSum(plainDigester);
  for (const line of lines) sum.add(readChainTail(line)?.digest ?? "");
  return sum.closed(7, timestamp);
}

describe("the sum of a segment", () => {
  it("is over the digests of its lines, in their order, whether they were erased or not", () => {
    const chain = new Chain(plainDigester);
    const lines = [1, 2, 3].map((n) => chain.link(encodeRecord(record(n))));
    const erased = lines.map((line) => eraseLine(line) as Buffer);
    expect(sumOf(lines)).toMatchObject({ type: "closed", segment: 7, lines: 3 });
    expect(sumOf(erased)).toEqual(sumOf(lines));
    expect(sumOf(lines.toReversed())).not.toEqual(sumOf(lines));
  });
});
