import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { readLines, readLinesBackward, type FileLine } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function collect(lines: AsyncIterable<FileLine[]>): Promise<FileLine[]> {
  const all: FileLine[] = [];
  for await (const some of lines) all.push(...some);
  return all;
}

/** The lines of a file, split at its newlines in the simplest way. */
function cut(bytes: Buffer): FileLine[] {
  const lines: FileLine[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const newline = bytes.indexOf(10, offset);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.subarray(offset, end);
    lines.push({ line, offset, length: line.length, terminated: newline >= 0 });
    offset = end + 1;
  }
  return lines;
}

const contents = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.uint8Array({ maxLength: 40 }) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(Buffer.from("\n"), Buffer.from("\n\n"), Buffer.of(0)),
      },
      {
        weight: 2,
        // Around the size of a chunk, so that lines and newlines fall on its edges.
        arbitrary: fc
          .tuple(fc.integer({ min: 65_530, max: 65_540 }), fc.boolean())
          .map(([length, ends]) => Buffer.alloc(length, "x").fill(ends ? "\n" : "y", length - 1)),
      },
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts));

describe("reading lines", () => {
  test("yields every line of any file, forwards and backwards", async () => {
    const path = join(temporaryFolder(), "file");
    await fc.assert(
      fc.asyncProperty(contents, async (bytes) => {
        writeFileSync(path, bytes);
        const lines = cut(bytes);
        expect(await collect(readLines(path))).toEqual(lines);
        expect(await collect(readLinesBackward(path))).toEqual(lines.toReversed());
      }),
      { numRuns: 50 },
    );
  });

  test("begins and stops at offsets", async () => {
    const path = join(temporaryFolder(), "file");
    await fc.assert(
      fc.asyncProperty(contents, fc.nat(), fc.nat(), async (bytes, a, b) => {
        writeFileSync(path, bytes);
        const offsets = [...cut(bytes).map(({ offset }) => offset), bytes.length];
        const pick = (n: number): number => offsets[n % offsets.length] ?? 0;
        const [start, end] = [Math.min(pick(a), pick(b)), Math.max(pick(a), pick(b))];
        const between = cut(bytes).filter(({ offset }) => offset >= start && offset < end);
        expect(await collect(readLines(path, { start, end }))).toEqual(between);
        expect(await collect(readLinesBackward(path, { start, end }))).toEqual(
          between.toReversed(),
        );
      }),
      { numRuns: 50 },
    );
  });

  test("hands over lines that are too long without their bytes", async () => {
    const path = join(temporaryFolder(), "file");
    const sizes = [100, 101, 0, 300_000, 100];
    writeFileSync(path, sizes.map((size) => `${"x".repeat(size)}\n`).join(""));
    const options = { maxLineBytes: 100 };
    const forwards = await collect(readLines(path, options));
    const backwards = await collect(readLinesBackward(path, options));
    expect(backwards.toReversed()).toEqual(forwards);
    expect(forwards.map(({ length }) => length)).toEqual(sizes);
    expect(forwards.map(({ line }) => line?.length)).toEqual([100, undefined, 0, undefined, 100]);
  });

  test("yields the newest lines after one chunk, however large the file is", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, Array.from({ length: 200_000 }, (_, n) => `${n}\n`).join(""));
    const lines = readLinesBackward(path);
    const { value } = await lines.next();
    await lines.return();
    expect(value?.[0]?.line?.toString()).toBe("199999");
    expect(value?.length).toBeLessThan(20_000);
  });

  test("reads an open handle and leaves it open", async () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "one\ntwo\n");
    await using handle = await open(path);
    expect((await collect(readLines(handle))).length).toBe(2);
    expect((await collect(readLinesBackward(handle))).length).toBe(2);
  });

  test("rejects for a pipe instead of waiting for its writer", async () => {
    const path = join(temporaryFolder(), "pipe");
    execFileSync("mkfifo", [path]);
    await expect(collect(readLines(path))).rejects.toMatchObject({ code: "LOG_IO" });
  });

  test("rejects for a file that is not there", async () => {
    const lines = readLines(join(temporaryFolder(), "missing"));
    await expect(collect(lines)).rejects.toMatchObject({
      code: "LOG_IO",
      cause: { code: "ENOENT" },
    });
  });
});
