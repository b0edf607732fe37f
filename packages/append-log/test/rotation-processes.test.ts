import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import type { Durability } from "../src/index.ts";
import { startProgram, until, type Program } from "./program.ts";
import { countingLines, rotate, segmentsOf } from "./rotating.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface Writer extends Program {
  readonly name: string;
  /** The ids of the lines that counted, as the writer noted them. */
  readonly noted: () => string[];
}

function startWriter(path: string, name: string, durability: Durability): Writer {
  const notes = `${path}.noted-by-${name}`;
  const program = startProgram("append-to-rotated", [path, name, notes, durability]);
  const noted = (): string[] => {
    return existsSync(notes) ? readFileSync(notes, "utf8").split("\n").slice(0, -1) : [];
  };
  return { ...program, name, noted };
}

/** The ids in the file and its segments, and how many lines are broken. */
function read(path: string): { ids: string[]; broken: number } {
  const ids: string[] = [];
  let broken = 0;
  for (const line of countingLines(path)) {
    try {
      ids.push((JSON.parse(line) as { id: string }).id);
    } catch {
      broken += 1;
    }
  }
  return { ids, broken };
}

function areInOrder(ids: string[], { name }: Writer): boolean {
  const own = ids.filter((id) => id.startsWith(`${name}-`));
  const numbers = own.map((id) => Number(id.slice(name.length + 1)));
  return numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? 0));
}

async function untilRotated(path: string): Promise<void> {
  const before = segmentsOf(path).length;
  await until(() => segmentsOf(path).length > before + 1);
}

describe("several processes on one file that is rotated all the time", () => {
  test.each(["disk", "process"] as const)(
    "lose and double no line, and keep their order (%s)",
    async (durability) => {
      const path = join(temporaryFolder(), "a.jsonl");
      const writers = ["a", "b", "c"].map((name) => startWriter(path, name, durability));
      await until(() => existsSync(path));
      const rotating = [1, 2].map(() => startProgram("rotate-all-the-time", [path]));
      await until(() => segmentsOf(path).length > 6);
      writeFileSync(`${path}.enough`, "");
      await Promise.all(writers.map(({ ended }) => ended));
      for (const { child } of rotating) child.kill("SIGKILL");
      await Promise.all(rotating.map(({ ended }) => ended));
      expect(await faults(path, writers)).toEqual(NONE);
      const counted = writers.flatMap(({ noted }) => noted());
      const { ids, broken } = read(path);
      expect([ids.length, broken]).toEqual([counted.length, 0]);
    },
  );

  test("do so, too, when they are paused at any moment while others go on and rotate", async () => {
    const path = join(temporaryFolder(), "a.jsonl");
    const writers = ["a", "b", "c"].map((name) => startWriter(path, name, "process"));
    await until(() => existsSync(path));
    const rotating = startProgram("rotate-all-the-time", [path]);
    for (let round = 0; round < 6; round++) {
      const { child, noted } = writers[round % 3] as Writer;
      const before = noted().length;
      await until(() => noted().length > before);
      child.kill("SIGSTOP");
      await untilRotated(path);
      child.kill("SIGCONT");
    }
    for (const { child } of [...writers, rotating]) child.kill("SIGKILL");
    await Promise.all([...writers, rotating].map(({ ended }) => ended));
    expect(await faults(path, writers)).toEqual(NONE);
  });

  test("lose no line that counted when they are killed, those who rotate, too", async () => {
    const path = join(temporaryFolder(), "a.jsonl");
    const writers: Writer[] = [];
    for (let round = 0; round < 2; round++) {
      const together = [0, 1, 2].map((n) => startWriter(path, `${round}${n}`, "disk"));
      writers.push(...together);
      await until(() => existsSync(path));
      for (const { child, ended, noted } of together) {
        const rotating = startProgram("rotate-all-the-time", [path]);
        await until(() => noted().length > 5);
        await untilRotated(path);
        rotating.child.kill("SIGKILL");
        child.kill("SIGKILL");
        await Promise.all([rotating.ended, ended]);
      }
    }
    expect(await faults(path, writers)).toEqual(NONE);
  });
});

/** What is wrong with the file after all writers and rotations have ended. */
async function faults(path: string, writers: readonly Writer[]): Promise<object> {
  await rotate(path);
  const { ids, broken } = read(path);
  const found = new Set(ids);
  return {
    doubled: ids.length - found.size,
    lost: writers.flatMap(({ noted }) => noted()).filter((id) => !found.has(id)),
    disordered: writers.filter((writer) => !areInOrder(ids, writer)).map(({ name }) => name),
    // A writer that is killed may leave its last line torn.
    broken: Math.max(0, broken - writers.length),
  };
}

const NONE = { doubled: 0, lost: [], disordered: [], broken: 0 };
