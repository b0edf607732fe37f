import { readFileSync, readdirSync, statSync } from "node:fs";
import { link } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { acquireFileLock, sealFile, writeFileDurably, type Rotation } from "../src/index.ts";

// A rotation as users of this package implement it. Every file but the first begins with {"segment":N}; earlier ones
// are called ~N and end with {"sealed":N}.

function numberOf(head: Buffer | string | undefined): number {
  try {
    return (JSON.parse(String(head)) as { segment?: number }).segment ?? 1;
  } catch {
    return 1;
  }
}

function currentNumber(path: string): number {
  return numberOf(readFileSync(path, "utf8").split("\n", 1)[0]);
}

export function segmentPath(path: string, number: number): string {
  return `${path}~${String(number).padStart(6, "0")}`;
}

export function sealOf(number: number): string {
  return JSON.stringify({ sealed: number });
}

export function isSeal(line: Buffer, head: Buffer | undefined): boolean {
  return line.equals(Buffer.from(sealOf(numberOf(head))));
}

/** The earlier segments, oldest first. */
export function segmentsOf(path: string): string[] {
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(`${basename(path)}~`));
  return names.toSorted().map((name) => join(dirname(path), name));
}

export function rotationOf(path: string): Rotation {
  return {
    isSeal,
    isSegment: (file, head) => {
      const name = segmentPath(path, numberOf(head));
      return Promise.resolve(statSync(name, { throwIfNoEntry: false })?.ino === file.ino);
    },
  };
}

export type Step = "begun" | "linked" | "renamed" | "sealed";

/** Rotates a file, and finishes what killed processes had begun. */
export async function rotate(path: string, done: (step: Step) => void = () => {}): Promise<void> {
  using lock = await acquireFileLock(`${path}.lock`);
  if (lock === undefined) throw new Error("Somebody else rotates all the time");
  const number = currentNumber(path);
  await sealSegment(path, number - 1);
  done("begun");
  const name = segmentPath(path, number);
  const linked = statSync(name, { throwIfNoEntry: false })?.ino;
  if (linked !== statSync(path).ino) await link(path, name);
  done("linked");
  await writeFileDurably(path, `${JSON.stringify({ segment: number + 1 })}\n`);
  done("renamed");
  await sealSegment(path, number);
  done("sealed");
}

async function sealSegment(path: string, number: number): Promise<void> {
  await sealFile(segmentPath(path, number), { isSeal, seal: sealOf(number) });
}

/** The lines of a file and its segments that count: those before the seals, without blank ones and heads. */
export function countingLines(path: string): string[] {
  return [...segmentsOf(path), path].flatMap((file) => {
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    const head = Buffer.from(lines[0] ?? "");
    const seal = lines.findIndex((line) => isSeal(Buffer.from(line), head));
    const counting = file === path || seal < 0 ? lines : lines.slice(0, seal);
    return counting.filter((line) => line.trim() !== "" && !line.startsWith('{"segment":'));
  });
}
