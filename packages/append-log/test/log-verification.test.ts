import { createHash } from "node:crypto";
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { openSharedLog, parsePosition, verifyLog } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function file(directory: string, segment: number): string {
  return join(directory, `${String(segment).padStart(10, "0")}.log`);
}

/** A closed log of three segments with two frames each. */
async function threeSegments(): Promise<string> {
  const directory = temporaryFolder();
  await using log = await openSharedLog({ directory, onFrame: () => undefined });
  for (let segment = 1; segment <= 3; segment++) {
    await log.append(`first of ${segment}`);
    await log.append(`second of ${segment}`);
    if (segment < 3) await log.seal();
  }
  return directory;
}

describe("verifying a log", () => {
  test("counts what counts, and changes nothing", async () => {
    const directory = await threeSegments();
    const hashes = (): string[] =>
      readdirSync(directory).map((name) => {
        const bytes = readFileSync(join(directory, name));
        return `${name} ${createHash("sha256").update(bytes).digest("hex")}`;
      });
    const before = hashes();
    expect(await verifyLog(directory)).toEqual({ segments: 3, frames: 6, damages: [] });
    expect(hashes()).toEqual(before);
  });

  test("finds nothing wrong with a log that begins late, or is empty", async () => {
    const directory = await threeSegments();
    rmSync(file(directory, 1));
    writeFileSync(file(directory, 1), "");
    expect(await verifyLog(directory)).toEqual({ segments: 2, frames: 4, damages: [] });
    expect(await verifyLog(temporaryFolder())).toEqual({ segments: 0, frames: 0, damages: [] });
    await expect(verifyLog(join(directory, "absent"))).rejects.toMatchObject({ code: "LOG_IO" });
  });

  test("finds any byte that was changed in a frame, and says where", async () => {
    const directory = await threeSegments();
    const path = file(directory, 2);
    const original = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: original.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const bytes = Buffer.from(original);
          bytes[at] = (bytes[at] ?? 0) ^ change;
          writeFileSync(path, bytes);
          const { frames, damages } = await verifyLog(directory);
          // A newline before a frame serves only to end a torn one.
          if (original[at] === 10 && frames === 6 && damages.length === 0) return;
          expect(damages.length).toBeGreaterThan(0);
          for (const { segment } of damages) expect(segment).toBe(2);
          expect(damages[0]?.offset).toBeLessThanOrEqual(at + 1);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("finds a segment that is missing, emptied or has lost its end", async () => {
    const directory = await threeSegments();
    const bytes = readFileSync(file(directory, 2));
    const missing = { segment: 2, offset: 0, bytes: 0, reason: "missing" };
    rmSync(file(directory, 2));
    expect(await verifyLog(directory)).toEqual({ segments: 2, frames: 4, damages: [missing] });
    writeFileSync(file(directory, 2), "");
    expect(await verifyLog(directory)).toEqual({ segments: 2, frames: 4, damages: [missing] });
    writeFileSync(file(directory, 2), bytes.subarray(0, bytes.lastIndexOf("\n\n") + 1));
    expect(await verifyLog(directory)).toMatchObject({
      segments: 3,
      frames: 6,
      damages: [{ segment: 2, bytes: 0, reason: "no-seal" }],
    });
  });

  test("takes an unfinished end for one that is being written, wherever it is torn", async () => {
    const directory = await threeSegments();
    const path = file(directory, 3);
    const original = readFileSync(path);
    const cut = original.length - 10;
    truncateSync(path, cut);
    expect(await verifyLog(directory)).toEqual({ segments: 3, frames: 5, damages: [] });
    appendFileSync(path, "\n");
    expect(await verifyLog(directory)).toMatchObject({
      frames: 5,
      damages: [{ segment: 3, reason: "torn-or-changed" }],
    });
  });

  test("does not count what lies behind a seal", async () => {
    const directory = await threeSegments();
    appendFileSync(file(directory, 1), "\nnothing that counts\n");
    expect(await verifyLog(directory)).toEqual({ segments: 3, frames: 6, damages: [] });
  });

  test("refuses a log of a newer format", async () => {
    const directory = temporaryFolder();
    const { encodeFrame } = await import("../src/frame.ts");
    const payload = '{"format":2}';
    const head = encodeFrame({ kind: "head", writer: "0123456789ab", sequence: 0, payload });
    writeFileSync(file(directory, 1), `\n${head}\nsomething new\n`);
    await expect(verifyLog(directory)).rejects.toMatchObject({ code: "LOG_FORMAT" });
  });

  test("is not disturbed by those who append, seal and drop meanwhile", async () => {
    const directory = temporaryFolder();
    await using log = await openSharedLog({ directory, onFrame: () => undefined });
    await log.append("first");
    const done = new AbortController();
    const work = (async (): Promise<void> => {
      for (let count = 0; !done.signal.aborted; count++) {
        await Promise.all([log.append(`${count}`), log.append("and one more")]);
        if (count % 3 === 0) await log.seal();
        if (count % 7 === 0) await log.dropBefore(log.cursor);
      }
    })();
    for (let round = 0; round < 50; round++) {
      const { frames, damages } = await verifyLog(directory);
      expect(damages).toEqual([]);
      expect(frames).toBeGreaterThanOrEqual(0);
    }
    done.abort();
    await work;
  });
});

test("the bytes of the segment are told without a look at the file", async () => {
  const directory = temporaryFolder();
  await using log = await openSharedLog({ directory, onFrame: () => undefined });
  expect(log.segmentBytes).toBe(0);
  await log.append("a");
  expect(log.segmentBytes).toBe(readFileSync(file(directory, 1)).length);
  expect(log.segmentBytes).toBe(parsePosition(log.cursor).offset);
  await log.seal();
  expect(log.segmentBytes).toBe(0);
});
