import { createHash } from "node:crypto";
import { appendFileSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { encodeFrame } from "../src/frame.ts";
import { openSharedLog, parsePosition, type Damage, type SharedLog } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

type Opened = SharedLog<string> & { readonly payloads: string[]; readonly damages: Damage[] };

async function open(directory: string, from?: string): Promise<Opened> {
  const payloads: string[] = [];
  const damages: Damage[] = [];
  const log = await openSharedLog({
    directory,
    durability: "process",
    maxPayloadBytes: 1000,
    ...(from !== undefined && { from }),
    onFrame({ payload, position }) {
      payloads.push(payload);
      return position;
    },
    onDamage: (damage) => damages.push(damage),
  });
  return Object.assign(log, { payloads, damages });
}

const texts = Array.from({ length: 20 }, (_, n) => JSON.stringify({ n, text: "x".repeat(n * 3) }));

/** A closed log with one frame per text, each written on its own. */
async function written(): Promise<{ directory: string; path: string; positions: number[] }> {
  const directory = temporaryFolder();
  await using log = await open(directory);
  const positions: number[] = [];
  for (const text of texts) positions.push(parsePosition(await log.append(text)).offset);
  return { directory, path: join(directory, "0000000001.log"), positions };
}

describe("a damaged log", () => {
  test("torn anywhere in its end loses the torn frames only, and is written on", async () => {
    const { path, positions } = await written();
    const bytes = readFileSync(path);
    for (let cut = 1; cut <= 200; cut++) {
      const directory = temporaryFolder();
      writeFileSync(join(directory, "0000000001.log"), bytes.subarray(0, bytes.length - cut));
      await using log = await open(directory);
      // Between two frames there are two newlines: one ends the first, one begins the second.
      const ends = texts.map((_, n) => (positions[n + 1] ?? bytes.length + 1) - 1);
      const end = bytes.length - cut;
      const whole = texts.filter((_, n) => (ends[n] ?? 0) <= end);
      expect(log.payloads).toEqual(whole);
      await log.append("next");
      // If only its newline was missing, the next append has completed the frame.
      const completed = texts.filter((_, n) => ends[n] === end + 1);
      expect(log.payloads).toEqual([...whole, ...completed, "next"]);
      expect(log.damages.length).toBeLessThanOrEqual(1);
      await using again = await open(directory);
      expect(again.payloads).toEqual(log.payloads);
      expect(again.damages).toEqual(log.damages);
    }
  });

  test("with a changed frame in the middle tells where, and reads the rest", async () => {
    const { directory, path, positions } = await written();
    const bytes = readFileSync(path);
    const offset = positions[10] ?? 0;
    bytes[offset + 40] = (bytes[offset + 40] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    await using log = await open(directory);
    expect(log.payloads).toEqual(texts.toSpliced(10, 1));
    const length = (positions[11] ?? 0) - 2 - offset;
    expect(log.damages).toEqual([{ segment: 1, offset, bytes: length, reason: "torn-or-changed" }]);
  });

  test("never hands out anything else than what was written", async () => {
    const { path } = await written();
    const bytes = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const directory = temporaryFolder();
        const changed = Buffer.from(bytes);
        changed[at % bytes.length] = (changed[at % bytes.length] ?? 0) ^ flip;
        writeFileSync(join(directory, "0000000001.log"), changed);
        await using log = await open(directory);
        expect(log.payloads.filter((payload) => !texts.includes(payload))).toEqual([]);
        expect(log.payloads.length).toBeGreaterThanOrEqual(texts.length - 2);
        await log.append("next");
        expect(log.payloads.at(-1)).toBe("next");
      }),
      { numRuns: 100 },
    );
  });

  test("with NUL bytes, garbage and lines too long in it is read on behind them", async () => {
    const { directory, path } = await written();
    const size = readFileSync(path).length;
    appendFileSync(path, Buffer.concat([Buffer.alloc(700_000), Buffer.from("\n\xff\xfe\n\n")]));
    await using log = await open(directory);
    await log.append("next");
    expect(log.payloads).toEqual([...texts, "next"]);
    expect(log.damages).toEqual([
      { segment: 1, offset: size, bytes: 700_000, reason: "too-long" },
      { segment: 1, offset: size + 700_001, bytes: 4, reason: "torn-or-changed" },
    ]);
  });
});

test("a log whose onDamage throws stops there, instead of going on behind what it skipped", async () => {
  const directory = temporaryFolder();
  const payloads: string[] = [];
  await using follower = await openSharedLog({
    directory,
    onFrame: ({ payload }) => payloads.push(payload),
    onDamage() {
      throw new Error("cannot report");
    },
  });
  await follower.append("first");
  appendFileSync(join(directory, "0000000001.log"), "\ngarbage\n");
  await using writer = await open(directory);
  await writer.append("second");
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(follower.catchUp()).rejects.toThrow("cannot report");
  }
  await expect(follower.append("third")).rejects.toThrow("cannot report");
  expect(payloads).toEqual(["first"]);
});

describe("a log of a newer format", () => {
  const newer = encodeFrame({
    kind: "head",
    writer: "0123456789ab",
    sequence: 0,
    payload: '{"format":2}',
  });

  test("is refused and not touched, wherever reading begins", async () => {
    const directory = temporaryFolder();
    const path = join(directory, "0000000001.log");
    writeFileSync(path, `\n${newer}\nsomething new\n`);
    const hash = (): string => createHash("sha256").update(readFileSync(path)).digest("hex");
    const before = hash();
    const end = `0000000001-${String(readFileSync(path).length).padStart(12, "0")}`;
    await expect(open(directory)).rejects.toMatchObject({ code: "LOG_FORMAT" });
    await expect(open(directory, end)).rejects.toMatchObject({ code: "LOG_FORMAT" });
    expect(hash()).toBe(before);
  });

  test("is refused by a log that comes to it later", async () => {
    const directory = temporaryFolder();
    await using log = await open(directory);
    await log.seal();
    const path = join(directory, "0000000002.log");
    writeFileSync(path, `\n${newer}\nsomething new\n`);
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(log.append("mine")).rejects.toMatchObject({
        code: "LOG_FORMAT",
        outcome: "not-applied",
      });
    }
    expect(readFileSync(path, "utf8")).toBe(`\n${newer}\nsomething new\n`);
  });
});

test("a segment that is a symbolic link is refused", async () => {
  const directory = temporaryFolder();
  const target = join(temporaryFolder(), "target");
  writeFileSync(target, "precious\n");
  symlinkSync(target, join(directory, "0000000001.log"));
  await expect(open(directory)).rejects.toMatchObject({ code: "LOG_NOT_A_FILE" });
  expect(readFileSync(target, "utf8")).toBe("precious\n");
  truncateSync(target);
});
