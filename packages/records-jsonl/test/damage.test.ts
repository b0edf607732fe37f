import { appendFile, readFile, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, record, series } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const FILE = "strategy.jsonl";
const line = (n: number): string => JSON.stringify(record(n));

const DAMAGES: readonly (readonly [name: string, bytes: Buffer, problem: string])[] = [
  ["garbage", Buffer.from("garbage"), "not JSON"],
  ["NUL bytes", Buffer.alloc(5000), "not JSON"],
  ["half a record", Buffer.from(line(7).slice(0, 40)), "not JSON"],
  ["two records on a line", Buffer.from(line(7) + line(8)), "not JSON"],
  [
    "bytes that are no text",
    Buffer.from(line(7).replace("success", "\u00FF"), "latin1"),
    "not UTF-8",
  ],
  ["another type", Buffer.from("[]"), "not a record: no object"],
  ["null", Buffer.from("null"), "not a record: no object"],
  ["no id", Buffer.from(line(7).replace('"id"', '"no"')), "not a record: no id"],
  ["a bad time", Buffer.from(line(7).replace("2026-01", "2026-77")), "its timestamp is no time"],
  ["a long line", Buffer.alloc(100_200, "x"), "longer than 1001"],
  ["another agent", Buffer.from(line(7).replace("strategy", "content")), "another agent or tenant"],
  ["another tenant", Buffer.from(line(7).replace("default", "acme")), "another agent or tenant"],
];

describe("a damaged line", () => {
  it.each(DAMAGES)(
    "(%s) is skipped and reported, and the rest is served",
    async (_, bytes, problem) => {
      await using folder = await temporaryFolder();
      const { dir } = folder;
      const path = join(dir, FILE);
      await writeFile(path, `${line(1)}\n${line(2)}\n`);
      const { length: offset } = await readFile(path);
      await appendFile(path, Buffer.concat([bytes, Buffer.from(`\n${line(3)}\n`)]));

      await using store = createJsonlRecords({ dir, maxRecordBytes: 100_000 });
      const expected = ["record-1", "record-2", "record-3"];
      expect(await idsOf(store)).toEqual(expected);
      expect(await idsOf(store, { order: "newest", limit: 1 })).toEqual(expected.toReversed());
      const { status, messages, details } = await store.health();
      expect(status).toBe("degraded");
      expect(messages).toEqual([
        expect.stringContaining(`${FILE}, line 3, at byte ${offset} was skipped: `),
      ]);
      expect(details["damage"]).toEqual([
        { file: FILE, line: 3, offset, problem: expect.stringContaining(problem) },
      ]);

      await store.append([record(4)]);
      expect(await idsOf(store)).toEqual([...expected, "record-4"]);
    },
  );

  it("never shows a word of itself in a report", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.dir, FILE), "s3cret\n");
    await using store = createJsonlRecords({ dir: folder.dir });
    await idsOf(store);
    expect(JSON.stringify(await store.health())).not.toContain("s3cret");
  });

  it("is one of at most 100 that are remembered", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.dir, FILE), `${"garbage\n".repeat(5000)}${line(1)}\n`);
    await using store = createJsonlRecords({ dir: folder.dir });
    expect(await idsOf(store)).toEqual(["record-1"]);
    const { messages, details } = await store.health();
    expect(details["damage"]).toHaveLength(100);
    expect(messages).toHaveLength(11);
    expect(messages.at(-1)).toMatch(/^at least 90 more/);
  });

  it("may be any bytes at any place: every whole record is served", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, FILE);
    const noise = fc.uint8Array({ minLength: 1, maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(noise), { maxLength: 12 }), async (parts) => {
        const lines = parts.map((part, n) =>
          part === null ? Buffer.from(line(n)) : Buffer.from(part),
        );
        await writeFile(path, Buffer.concat(lines.flatMap((each) => [each, Buffer.from("\n")])));
        const expected = parts.flatMap((part, n) => (part === null ? [`record-${n}`] : []));
        await using store = createJsonlRecords({ dir: folder.dir });
        expect(await idsOf(store, { limit: 2 })).toEqual(expected);
        expect(await idsOf(store, { order: "newest", limit: 2 })).toEqual(expected.toReversed());
      }),
      { numRuns: 60 },
    );
  });
});

describe("a torn tail", () => {
  it("costs the torn record only, wherever it was cut, and fuses with nothing", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    const path = join(dir, FILE);
    const whole = `${line(1)}\n${JSON.stringify(record(2, { output: "é👩‍💻\r" }))}\n`;
    const { length: size } = Buffer.from(whole);
    const { length: first } = Buffer.from(`${line(1)}\n`);
    for (let end = first - 1; end < size; end += 7) {
      await writeFile(path, whole);
      await truncate(path, end);
      await using store = createJsonlRecords({ dir, durability: "process" });
      const before = end < first ? [] : ["record-1"];
      expect(await idsOf(store)).toEqual(before);
      await store.append(series(3));
      // The first record lacked only its newline, so the next append made it whole again.
      const repaired = end < first ? ["record-1"] : before;
      expect(await idsOf(store)).toEqual([...repaired, "record-0", "record-1", "record-2"]);
    }
  });

  it("is not reported while somebody may still be writing it", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, FILE);
    await writeFile(path, `${line(1)}\n${line(2).slice(0, 30)}`);
    await using store = createJsonlRecords({ dir: folder.dir });
    expect(await idsOf(store)).toEqual(["record-1"]);
    expect(await store.health()).toMatchObject({ status: "ok" });

    const anHourAgo = Date.now() / 1000 - 3600;
    await utimes(path, anHourAgo, anHourAgo);
    expect(await idsOf(store, { order: "newest" })).toEqual(["record-1"]);
    const { status, details } = await store.health();
    expect(status).toBe("degraded");
    const offset = Buffer.byteLength(line(1)) + 1;
    expect(details["damage"]).toEqual([
      { file: FILE, line: 2, offset, problem: "torn: it has no end" },
    ]);
  });
});
