import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { readLines } from "../src/index.ts";
import { startProgram, until } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The ids of the lines that can be read, and the offsets of those that cannot. */
async function read(path: string): Promise<{ ids: string[]; broken: number[] }> {
  const [ids, broken]: [string[], number[]] = [[], []];
  for await (const lines of readLines(path)) {
    for (const { line, offset, length } of lines) {
      // A writer that sees a line being written ends it with a newline to be safe.
      if (length === 0) continue;
      try {
        ids.push((JSON.parse(String(line)) as { id: string }).id);
      } catch {
        broken.push(offset);
      }
    }
  }
  return { ids, broken };
}

function notedIn(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
}

describe("several processes on one file", () => {
  test.each([
    { count: 500, writers: 16, padding: 200 },
    { count: 6, writers: 3, padding: 3_000_000 },
  ])("break no line ($count lines each, $padding bytes)", async ({ count, writers, padding }) => {
    const path = join(temporaryFolder(), "a.jsonl");
    const names = ["a", "b", "c", "d"];
    const programs = names.map((name) => {
      return startProgram("append-lines", [path, name, count, writers, padding]);
    });
    await Promise.all(programs.map(({ ended }) => ended));
    const { ids, broken } = await read(path);
    expect(broken).toEqual([]);
    const all = names.flatMap((name) => Array.from({ length: count }, (_, n) => `${name}-${n}`));
    expect(ids.toSorted()).toEqual(all.toSorted());
    for (const name of names) {
      const own = ids.filter((id) => id.startsWith(name)).map((id) => Number(id.slice(2)));
      expect(own).toEqual(own.toSorted((x, y) => x - y));
    }
  });

  test("lose no acknowledged line when they are killed", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "a.jsonl");
    const noted: string[] = [];
    const rounds = 2;
    const processes = 4;
    for (let round = 0; round < rounds; round++) {
      const programs = Array.from({ length: processes }, (_, n) => {
        const notes = join(folder, `acknowledged-${round}-${n}`);
        // Long lines as well, so that some processes are killed in the middle of a write.
        const padding = n % 2 === 0 ? 300 : 200_000;
        const args = [path, `${round}${n}`, 1e9, 8, padding, notes];
        return { notes, ...startProgram("append-lines", args) };
      });
      for (const { child, ended, notes } of programs) {
        await until(() => notedIn(notes).length > 50);
        child.kill("SIGKILL");
        await ended;
      }
      noted.push(...programs.flatMap(({ notes }) => notedIn(notes)));
    }
    const { ids, broken } = await read(path);
    const found = new Set(ids);
    expect(noted.filter((id) => !found.has(id))).toEqual([]);
    expect(found.size).toBe(ids.length);
    expect(broken.length).toBeLessThanOrEqual(rounds * processes);
  });
});
