import { pbkdf2 } from "node:crypto";
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

import { createLineAppender, LineFile } from "../src/index.ts";
import { startProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface Filled {
  stored: string[];
  failures: { code: string; outcome: string }[];
}

function linesOf(path: string): string[] {
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

describe("a torn line", () => {
  test("of any length, from a writer that died, never fuses with the next", async () => {
    const folder = temporaryFolder();
    const whole = `${JSON.stringify({ text: "ä🙂".repeat(40) })}\n`;
    for (let cut = 1; cut <= 200; cut++) {
      const path = join(folder, `${cut}.jsonl`);
      writeFileSync(path, Buffer.concat([Buffer.from(whole), Buffer.from(whole).subarray(0, cut)]));
      const file = new LineFile({ path, durability: "process" });
      const next = '{"next":true}';
      const { offsets } = await file.append([next]);
      await file.close();
      const bytes = readFileSync(path);
      expect(bytes.subarray(0, whole.length + cut)).not.toContain(next);
      expect(bytes.toString("utf8", offsets[0])).toBe(`${next}\n`);
      expect(bytes.at((offsets[0] ?? 0) - 1)).toBe(10);
      expect(linesOf(path)[0]).toBe(whole.slice(0, -1));
    }
  });

  test("keeps its bytes: perhaps only its newline was missing", async () => {
    const path = join(temporaryFolder(), "a.jsonl");
    writeFileSync(path, '{"edited":"by hand"}');
    await using appender = createLineAppender({ path });
    await appender.append("{}");
    expect(linesOf(path)).toEqual(['{"edited":"by hand"}', "{}"]);
  });

  test("that another process leaves in the very last moment does not fuse either", async () => {
    const path = join(temporaryFolder(), "a.jsonl");
    const file = new LineFile({ path });
    await file.append(["first"]);
    // All threads for file operations are busy, so that the torn line is written while this write waits.
    const busy = Array.from({ length: 8 }, () => {
      return promisify(pbkdf2)("password", "salt", 30_000, 64, "sha512");
    });
    const appended = file.append(["mine", "mine, too"]);
    await Promise.resolve();
    appendFileSync(path, "whole\n{torn");
    const { offsets, failure } = await appended;
    await Promise.all(busy);
    await file.close();
    expect(failure).toBeUndefined();
    expect(linesOf(path)).toEqual(["first", "whole", "{tor", "mine", "mine, too"]);
    expect(offsets).toEqual(["first\nwhole\n{tor\n".length, "first\nwhole\n{tor\nmine\n".length]);
  });
});

describe("a full disk", () => {
  test.each([1, 2, 64])("fails exactly who waited and leaves no torn line (%i)", async (atOnce) => {
    const path = join(temporaryFolder(), "a.jsonl");
    const child = startProgram("fill-lines", [path, "child ", atOnce], { fileSizeKiB: 32 });
    const { stored, failures } = JSON.parse(await child.output) as Filled;
    expect(statSync(path).size).toBe(32 * 1024);
    expect(linesOf(path).filter((line) => line.trim() !== "")).toEqual(stored);
    expect(new Set(failures.map(({ code, outcome }) => `${code} ${outcome}`))).toEqual(
      new Set(["LOG_NO_SPACE not-applied"]),
    );
    // A process that has room continues in the same file.
    await using appender = createLineAppender({ path });
    await appender.append("more");
    expect(linesOf(path).filter((line) => line.trim() !== "")).toEqual([...stored, "more"]);
  });

  test("is over for the same appender when there is room again", async () => {
    const path = join(temporaryFolder(), "a.jsonl");
    const args = [path, "child ", 4, "make-room"];
    const { output } = startProgram("fill-lines", args, { fileSizeKiB: 16 });
    expect((JSON.parse(await output) as Filled).stored).toEqual(linesOf(path));
  });

  test("spares the lines of other processes on the same file", async () => {
    const path = join(temporaryFolder(), "a.jsonl");
    const children = ["a", "b", "c"].map((name) => {
      return startProgram("fill-lines", [path, `${name} `, 8], { fileSizeKiB: 64 });
    });
    const reports = await Promise.all(
      children.map(async ({ output }) => JSON.parse(await output) as Filled),
    );
    const stored = reports.flatMap((report) => report.stored);
    const lines = linesOf(path).filter((line) => line.trim() !== "");
    expect(lines.toSorted()).toEqual(stored.toSorted());
  });
});
