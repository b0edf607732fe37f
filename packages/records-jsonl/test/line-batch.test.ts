import { readLines, readLinesBackward, type ByteSource, type FileLine } from "@mem/append-log";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBatch, readLongLines } from "../src/reading/line-batch.ts";

function sourceOf(bytes: Buffer): ByteSource {
  return {
    read: (buffer, offset, length, position) => {
      // Returns less than asked for, as files may.
      const part = bytes.subarray(position, position + Math.min(length, 7));
      buffer.set(part, offset);
      return Promise.resolve({ bytesRead: part.length });
    },
  };
}

function shown({ line, offset, length, terminated }: FileLine): string {
  return `${offset}+${length} ${terminated} ${line?.toString("latin1")}`;
}

async function inBatches(bytes: Buffer, room: number, forwards: boolean): Promise<string[]> {
  const source = sourceOf(bytes);
  const buffer = Buffer.alloc(room);
  const found: string[] = [];
  let [start, end] = [0, bytes.length];
  while (start < end) {
    const range = { start, end, forwards, maxLineBytes: 20 };
    const lines = (await readBatch(source, range, buffer)) ?? (await readLongLines(source, range));
    found.push(...lines.map(shown));
    const last = lines.at(-1);
    if (last === undefined) break;
    if (forwards) start = last.offset + last.length + 1;
    else end = last.offset;
  }
  return found;
}

async function atOnce(bytes: Buffer, forwards: boolean): Promise<string[]> {
  const options = { end: bytes.length, maxLineBytes: 20 };
  const source = sourceOf(bytes);
  const chunks = forwards ? readLines(source, options) : readLinesBackward(source, options);
  const found: string[] = [];
  for await (const lines of chunks) found.push(...lines.map(shown));
  return found;
}

describe("lines in batches", () => {
  const someBytes = fc
    .array(fc.constantFrom("a", "b", "\n", "0123456789"), { maxLength: 40 })
    .map((parts) => Buffer.from(parts.join("")));

  it("are the same lines, however small the room is, in both directions", async () => {
    await fc.assert(
      fc.asyncProperty(
        someBytes,
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        async (bytes, room, forwards) => {
          expect(await inBatches(bytes, room, forwards)).toEqual(await atOnce(bytes, forwards));
        },
      ),
      { numRuns: 400 },
    );
  });

  it.each([true, false])(
    "leave the rest of the room to the next batch, forwards: %s",
    async (forwards) => {
      const bytes = Buffer.from("one\ntwo\n");
      const room = Buffer.alloc(20, "-");
      const range = { start: 0, end: bytes.length, forwards, maxLineBytes: 20 };
      await readBatch(sourceOf(bytes), range, room);
      const rest = "-".repeat(room.length - bytes.length);
      expect(room.toString()).toBe(forwards ? `one\ntwo\n${rest}` : `${rest}one\ntwo\n`);
    },
  );
});
