import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  findLine,
  readLines,
  readLinesBackward,
  scanLines,
  type ByteSource,
  type FileLine,
  type ReadLinesOptions,
} from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function read(file: string | ByteSource, options?: ReadLinesOptions): Promise<FileLine[]> {
  const all: FileLine[] = [];
  for await (const lines of readLines(file, options)) all.push(...lines);
  return all;
}

async function readBackward(source: ByteSource, options?: ReadLinesOptions): Promise<FileLine[]> {
  const all: FileLine[] = [];
  for await (const lines of readLinesBackward(source, options)) all.push(...lines);
  return all;
}

async function scan(file: string | ByteSource, options?: ReadLinesOptions): Promise<FileLine[]> {
  const all: FileLine[] = [];
  const rest = await scanLines(
    file,
    (bytes, start, end, offset, length) => {
      const line = bytes && Buffer.from(bytes.subarray(start, end));
      all.push({ line, offset, length, terminated: true });
    },
    options,
  );
  return rest === undefined ? all : [...all, rest];
}

/** A source that returns at most `portion` bytes per read, as one that decompresses may. */
function inPortions(bytes: Buffer, portion: number): ByteSource {
  return {
    read: (buffer, offset, length, position) => {
      const end = Math.min(position + Math.min(length, portion), bytes.length);
      const given = bytes.subarray(Math.min(position, end), end);
      buffer.set(given, offset);
      return Promise.resolve({ bytesRead: given.length });
    },
  };
}

const contents = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constant(Buffer.from("\n")),
      // Around the size of a chunk.
      fc.integer({ min: 65_530, max: 65_540 }).map((length) => Buffer.alloc(length, "x")),
      fc.integer({ min: 262_140, max: 262_148 }).map((length) => Buffer.alloc(length, "y")),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts));

describe("scanning lines", () => {
  test("shows the lines that readLines hands over", async () => {
    const path = join(temporaryFolder(), "file");
    await fc.assert(
      fc.asyncProperty(contents, fc.nat(100_000), fc.nat(300_000), async (bytes, skip, more) => {
        writeFileSync(path, bytes);
        const start = bytes.indexOf(10, skip) + 1;
        for (const options of [{}, { start, end: start + more }, { maxLineBytes: 30 }]) {
          expect(await scan(path, options)).toEqual(await read(path, options));
        }
      }),
      { numRuns: 20 },
    );
  });

  test("reads to where the file ended when it began, however fast it grows", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "one\ntwo\n");
    await using handle = await open(path);
    const growing: ByteSource = {
      read: (...place) => {
        appendFileSync(path, "more\n".repeat(100_000));
        return handle.read(...place);
      },
      stat: () => handle.stat(),
    };
    expect((await scan(growing)).map(({ line }) => String(line))).toEqual(["one", "two"]);
    expect(await findLine(growing, (line) => String(line) === "none")).toBeUndefined();
  });

  test("ends with what the visitor throws", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "one\ntwo\n");
    const stop = new Error("enough");
    let visits = 0;
    const scanning = scanLines(path, () => {
      visits += 1;
      throw stop;
    });
    await expect(scanning).rejects.toBe(stop);
    expect(visits).toBe(1);
  });
});

describe("finding a line", () => {
  test("finds the first that matches and has an end", async () => {
    const path = join(temporaryFolder(), "file");
    await fc.assert(
      fc.asyncProperty(contents, fc.nat(40), async (bytes, length) => {
        writeFileSync(path, bytes);
        const matches = (line: Buffer): boolean => line.length === length;
        const lines = await read(path);
        const first = lines.find((line) => line.terminated && line.length === length);
        expect(await findLine(path, matches)).toEqual(first);
        const start = first === undefined ? 0 : first.offset + first.length + 1;
        const second = lines.find((line) => {
          return line.terminated && line.length === length && line.offset >= start;
        });
        expect(await findLine(path, matches, { start })).toEqual(second);
      }),
      { numRuns: 20 },
    );
  });

  test("asks about no line behind it, and keeps it when the rest is read", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, Array.from({ length: 100_000 }, (_, n) => `line ${n}\n`).join(""));
    const asked: string[] = [];
    const found = await findLine(path, (line) => asked.push(String(line)) === 3);
    expect(String(found?.line)).toBe("line 2");
    expect(asked).toEqual(["line 0", "line 1", "line 2"]);
  });
});

describe("a source of bytes that is no file", () => {
  test("is read like a file, in whatever portions it gives its bytes", async () => {
    const path = join(temporaryFolder(), "file");
    await fc.assert(
      fc.asyncProperty(contents, fc.integer({ min: 1000, max: 1_000_000 }), async (bytes, size) => {
        writeFileSync(path, bytes);
        const source = inPortions(bytes, size);
        const lines = await read(path);
        expect(await read(source)).toEqual(lines);
        expect(await scan(source)).toEqual(lines);
        expect(await readBackward(source, { end: bytes.length })).toEqual(lines.toReversed());
        const withStat = { ...source, stat: () => Promise.resolve({ size: bytes.length }) };
        expect(await readBackward(withStat)).toEqual(lines.toReversed());
      }),
      { numRuns: 20 },
    );
  });

  test("has to tell, or the caller has to, where reading backwards begins", async () => {
    await expect(readBackward(inPortions(Buffer.from("x"), 1))).rejects.toThrow(TypeError);
  });

  test("may be a handle, which stays open", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "one\ntwo\n");
    await using handle = await open(path);
    expect(await scan(handle)).toEqual(await read(handle));
    expect(await findLine(handle, (line) => String(line) === "two")).toMatchObject({ offset: 4 });
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\n");
  });
});
