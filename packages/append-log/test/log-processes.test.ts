import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { openSharedLog, type Damage } from "../src/index.ts";
import { startProgram, until } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function notedIn(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
}

function sizeOf(path: string): number {
  return existsSync(path) ? readFileSync(path).length : 0;
}

interface Content {
  readonly frames: { position: string; payload: string }[];
  readonly damages: Damage[];
}

async function read(directory: string): Promise<Content> {
  const content: Content = { frames: [], damages: [] };
  const log = await openSharedLog({
    directory,
    onFrame: ({ position, payload }) => content.frames.push({ position, payload }),
    onDamage: (damage) => content.damages.push(damage),
  });
  await log.close();
  return content;
}

describe("several processes on one log", () => {
  test("lose no acknowledged frame when they are killed", async () => {
    const folder = temporaryFolder();
    const directory = join(folder, "log");
    const noted: string[] = [];
    const rounds = 2;
    const processes = 4;
    for (let round = 0; round < rounds; round++) {
      const programs = Array.from({ length: processes }, (_, n) => {
        const notes = join(folder, `acknowledged-${round}-${n}`);
        const args = [directory, `${round}${n}`, notes, 8, 100_000];
        return { notes, ...startProgram("append-frames", args) };
      });
      for (const { child, ended, notes } of programs) {
        await until(() => notedIn(notes).length > 50);
        child.kill("SIGKILL");
        await ended;
      }
      noted.push(...programs.flatMap(({ notes }) => notedIn(notes)));
    }
    const { frames, damages } = await read(directory);
    const found = new Set(
      frames.map(({ position, payload }) => {
        return `${position} ${(JSON.parse(payload) as { id: string }).id}`;
      }),
    );
    expect(found.size).toBe(frames.length);
    expect(noted.filter((note) => !found.has(note))).toEqual([]);
    expect(damages.length).toBeLessThanOrEqual(rounds * processes);
  });

  test("never lose an update, sealing, pausing and dying as they like", async () => {
    const folder = temporaryFolder();
    const directory = join(folder, "log");
    const programs = [0, 1, 2, 3].map((n) => {
      const notes = join(folder, `acknowledged-${n}`);
      // The last one never ends by itself.
      const args = [directory, notes, n === 3 ? 1e9 : 150, 20];
      return { notes, ...startProgram("count-up", args) };
    });
    const doomed = programs[3];
    let paused = 0;
    while (programs.slice(0, 3).some(({ child }) => child.exitCode === null)) {
      const { child } = programs[paused++ % 3] ?? programs[0]!;
      child.kill("SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, 20 + ((paused * 37) % 100)));
      child.kill("SIGCONT");
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (doomed !== undefined && sizeOf(doomed.notes) > 20) doomed.child.kill("SIGKILL");
    }
    doomed?.child.kill("SIGKILL");
    await Promise.all(programs.map(({ ended }) => ended));

    let counter = { version: "", value: 0 };
    const { frames, damages } = await read(directory);
    for (const { position, payload } of frames) {
      const { after, value } = JSON.parse(payload) as { after: string; value: number };
      if (after === counter.version) counter = { version: position, value };
    }
    const acknowledged = programs.reduce((sum, { notes }) => sum + sizeOf(notes), 0);
    expect(acknowledged).toBeGreaterThanOrEqual(3 * 150);
    // The killed one may have died between an increment and its note.
    expect([acknowledged, acknowledged + 1]).toContain(counter.value);
    expect(damages.length).toBeLessThanOrEqual(1);
  });

  test("follow each other through segments that end as soon as they begin", async () => {
    const directory = join(temporaryFolder(), "log");
    const programs = [1, 2, 3, 4].map(() => startProgram("seal-all-the-time", [directory, 1500]));
    const counts = await Promise.all(programs.map(async ({ output }) => Number(await output)));
    expect(Math.min(...counts)).toBeGreaterThan(0);
    const { frames, damages } = await read(directory);
    expect(frames.length).toBe(counts.reduce((sum, count) => sum + count));
    expect(damages).toEqual([]);
  });

  test("on a full disk fail exactly those who waited", async () => {
    const directory = join(temporaryFolder(), "log");
    const programs = ["a", "b"].map((name) => {
      return startProgram("fill-log", [directory, name, 8], { fileSizeKiB: 64 });
    });
    const reports = await Promise.all(
      programs.map(async ({ output }) => {
        return JSON.parse(await output) as {
          stored: string[];
          failures: { code: string; outcome: string; payload: string }[];
        };
      }),
    );
    const before = await read(directory);
    await using log = await openSharedLog({ directory, onFrame: ({ payload }) => payload });
    expect(await log.append("there is room for this one")).toBe("there is room for this one");
    const { frames, damages } = await read(directory);
    const payloads = frames.map(({ payload }) => payload);
    expect(frames.length).toBeGreaterThanOrEqual(before.frames.length + 1);
    expect(payloads.at(-1)).toBe("there is room for this one");
    for (const { stored, failures } of reports) {
      expect(payloads.filter((payload) => stored.includes(payload))).toEqual(stored);
      for (const { code, outcome, payload } of failures) {
        expect(code).toBe("LOG_NO_SPACE");
        if (outcome === "not-applied") expect(payloads).not.toContain(payload);
      }
    }
    expect(damages.length).toBeLessThanOrEqual(1);
  });

  test("on a full disk are in doubt about a frame that lacks but its newline", async () => {
    const directory = join(temporaryFolder(), "log");
    const args = [directory, 8 * 1024];
    const { output } = startProgram("fill-to-the-last-byte", args, { fileSizeKiB: 8 });
    const report = JSON.parse(await output) as { code: string; outcome: string; payload: string };
    expect(report).toMatchObject({ code: "LOG_NO_SPACE", outcome: "unknown" });
    expect((await read(directory)).frames.map(({ payload }) => payload)).toEqual(["0"]);
    await using log = await openSharedLog({ directory, onFrame: () => true });
    await log.append("1");
    const { frames } = await read(directory);
    expect(frames.map(({ payload }) => payload)).toEqual(["0", report.payload, "1"]);
  });
});
