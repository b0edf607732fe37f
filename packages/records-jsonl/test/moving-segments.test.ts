import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eraseLine } from "../src/line/erased-line.ts";
import { series } from "./fixtures/records.ts";
import {
  askAll,
  linesOf,
  openReader,
  writeCurrent,
  writeEarlier,
} from "./fixtures/segment-files.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const RECORDS = series(300, { input: "x".repeat(500) });
const FIRST = RECORDS.slice(0, 150);
const SECOND = RECORDS.slice(150);

/** The fields that make a line part of a chain. */
const CHAIN = `,"writer":"${"w".repeat(12)}","sequence":1,"previous":"${"p".repeat(32)}","digest":"${"d".repeat(32)}"}`;

const ids = (records: readonly { readonly id: string }[]): string[] => records.map(({ id }) => id);

describe("a query goes on, page by page, where it was", () => {
  it.each(["oldest", "newest"] as const)(
    "while its segments are rotated and compressed, %s first",
    async (order) => {
      await using folder = await temporaryFolder();
      const { dir } = folder;
      const path = await writeCurrent(dir, 1, linesOf(RECORDS));
      const { reader } = openReader(dir);
      let step = 0;
      const found = await askAll(reader, { agentId: "strategy", order, limit: 70 }, async () => {
        step += 1;
        if (step === 1) {
          await rename(path, join(dir, "strategy~000001.jsonl"));
          await writeCurrent(dir, 2, "");
        }
        if (step === 2) {
          await writeEarlier(dir, 1, linesOf(RECORDS));
          await rm(join(dir, "strategy~000001.jsonl"));
        }
      });
      expect(ids(found)).toEqual(ids(order === "oldest" ? RECORDS : RECORDS.toReversed()));
    },
  );

  it.each(["oldest", "newest"] as const)(
    "when the segment it was in is dropped, %s first",
    async (order) => {
      await using folder = await temporaryFolder();
      const { dir } = folder;
      const path = await writeEarlier(dir, 1, linesOf(FIRST));
      await writeCurrent(dir, 2, linesOf(SECOND));
      const { reader } = openReader(dir);
      const limit = order === "oldest" ? 100 : 200;
      const found = await askAll(reader, { order, limit }, () => rm(path, { force: true }));
      const shown = order === "oldest" ? [...FIRST.slice(0, 100), ...SECOND] : RECORDS.toReversed();
      expect(ids(found)).toEqual(ids(order === "oldest" ? shown : shown.slice(0, 200)));
    },
  );

  it("when lines behind it are erased", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    const lines = RECORDS.map((each) => `${JSON.stringify(each).slice(0, -1)}${CHAIN}`);
    await writeEarlier(dir, 1, `${lines.join("\n")}\n`);
    const { reader } = openReader(dir);
    const found = await askAll(reader, { limit: 100 }, async () => {
      const erased = lines.map((line, n) =>
        n === 120 ? String(eraseLine(Buffer.from(line))) : line,
      );
      await writeEarlier(dir, 1, `${erased.join("\n")}\n`);
    });
    expect(ids(found)).toEqual(ids(RECORDS.filter((_, n) => n !== 120)));
    expect((await reader.damage()).messages).toEqual([]);
  });
});

describe("a compressed segment with a damaged part", () => {
  it("loses the lines of that part, says so, and keeps the others where they were", async () => {
    await using folder = await temporaryFolder();
    const path = await writeEarlier(folder.dir, 1, linesOf(RECORDS));
    const whole = await readFile(path);
    const magic = whole.subarray(0, 4);
    const second = whole.indexOf(magic, 1);
    {
      await using handle = await open(path, "r+");
      await handle.write(Buffer.alloc(20, 0xff), 0, 20, second + 30);
    }
    for (const order of ["oldest", "newest"] as const) {
      const { reader } = openReader(folder.dir);
      const found = ids(await askAll(reader, { order, limit: 40 }));
      if (order === "newest") found.reverse();
      const lost = ids(RECORDS).filter((id) => !found.includes(id));
      expect(lost.length).toBeGreaterThan(50);
      expect(lost.length).toBeLessThan(150);
      expect(found).toEqual(ids(RECORDS).filter((id) => !lost.includes(id)));
      expect((await reader.damage()).messages).toEqual([
        expect.stringMatching(/a compressed part is damaged/),
      ]);
    }
  });
});
