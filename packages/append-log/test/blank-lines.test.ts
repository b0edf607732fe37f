import { closeSync, openSync, readFileSync, readSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { blankLines, readLines, type FileLine } from "../src/index.ts";
import { startProgram, until } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function linesOf(path: string): Promise<FileLine[]> {
  const all: FileLine[] = [];
  for await (const lines of readLines(path)) all.push(...lines);
  return all;
}

describe("blanking out lines", () => {
  test("leaves every other byte, and every newline, where it is", async () => {
    const path = join(temporaryFolder(), "a");
    const length = fc.oneof(fc.nat(50), fc.integer({ min: 4090, max: 12_300 }));
    const parts = fc.array(fc.record({ length, torn: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(parts, fc.boolean(), async (lines, terminated) => {
        const text = lines.map((line, n) => String.fromCharCode(97 + n).repeat(line.length));
        writeFileSync(path, text.join("\n") + (terminated ? "\n" : ""));
        const torn = (await linesOf(path)).filter((_, n) => lines[n]?.torn);
        const blank = text.map((line, n) => (lines[n]?.torn ? " ".repeat(line.length) : line));
        const last = lines.at(-1);
        let expected = blank.join("\n") + (terminated ? "\n" : "");
        if (!terminated && last?.torn && last.length > 0) expected = `${expected.slice(0, -1)}\n`;
        await blankLines(path, torn);
        expect(readFileSync(path, "utf8")).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  test("leaves the beginning of the line and blanks, whenever it is killed", async () => {
    const path = join(temporaryFolder(), "a");
    const torn = Buffer.alloc(16 * 2 ** 20, "x");
    for (let round = 0; round < 3; round++) {
      writeFileSync(path, Buffer.concat([Buffer.from("one\n"), torn, Buffer.from("\ntwo\n")]));
      const { child, ended } = startProgram("blank-line", [path, 4, torn.length]);
      const file = openSync(path, "r");
      const isBlank = (position: number): boolean => {
        const byte = Buffer.alloc(1);
        return readSync(file, byte, 0, 1, position) === 1 && byte[0] === 0x20;
      };
      // Whichever end is blanked out first.
      await until(() => isBlank(4) || isBlank(3 + torn.length));
      closeSync(file);
      child.kill("SIGKILL");
      await ended;
      const [one, left, two] = (await linesOf(path)).map(({ line }) => line ?? Buffer.alloc(0));
      const blanks = left?.indexOf(" ") ?? -1;
      expect([String(one), left?.length, String(two)]).toEqual(["one", torn.length, "two"]);
      expect(left?.subarray(0, blanks).equals(torn.subarray(0, blanks))).toBe(true);
      expect(left?.subarray(blanks).equals(Buffer.alloc(torn.length - blanks, " "))).toBe(true);
    }
  });

  test("makes no file longer, and follows no link", async () => {
    const folder = temporaryFolder();
    const [path, link] = [join(folder, "a"), join(folder, "b")];
    writeFileSync(path, "one\n");
    symlinkSync(path, link);
    const beyond = { offset: 2, length: 3, terminated: true };
    await expect(blankLines(path, [beyond])).rejects.toMatchObject({ code: "LOG_GONE" });
    const torn = { offset: 0, length: 3, terminated: true };
    await expect(blankLines(link, [torn])).rejects.toMatchObject({ code: "LOG_NOT_A_FILE" });
    await expect(blankLines(join(folder, "c"), [])).rejects.toMatchObject({ code: "LOG_IO" });
    expect(readFileSync(path, "utf8")).toBe("one\n");
  });
});
