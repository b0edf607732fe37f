import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { LineFile } from "../src/index.ts";
import { startProgram, until, type Program } from "./program.ts";
import { countingLines, rotate, rotationOf, sealOf, segmentPath, type Step } from "./rotating.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface Appended {
  offsets: number[];
  rotated: boolean;
  end: number;
  code?: string;
  outcome?: string;
  /** Whether the file of the line that follows was rotated. */
  last: boolean;
}

interface Paused {
  readonly path: string;
  readonly child: Program["child"];
  /** Lets the writer write. */
  readonly write: () => Promise<void>;
  /** Lets the writer check where its file is, once it has written. */
  readonly look: () => Promise<void>;
  readonly appended: Promise<Appended>;
}

/** A process whose second append pauses before its write and, with `"look"`, also after it. */
async function pausedAppend(
  step: "write" | "look",
  lines: string[],
  fileSizeKiB?: number,
): Promise<Paused> {
  const folder = temporaryFolder();
  const [path, before, behind] = [join(folder, "a.jsonl"), join(folder, "p1"), join(folder, "p2")];
  execFileSync("mkfifo", [before, behind]);
  const gates = [before, step === "look" ? behind : ""];
  const limits = { threads: 1, ...(fileSizeKiB !== undefined && { fileSizeKiB }) };
  const { child, output } = startProgram("append-paused", [path, ...gates, ...lines], limits);
  await until(() => existsSync(`${path}.waits`));
  return {
    path,
    child,
    write: () => openGate(before),
    look: () => openGate(behind),
    appended: output.then((text) => JSON.parse(text) as Appended),
  };
}

/** A gate can be opened only while somebody waits at it. */
function openGate(gate: string): Promise<void> {
  return until(() => {
    try {
      closeSync(openSync(gate, constants.O_WRONLY | constants.O_NONBLOCK));
      return true;
    } catch {
      return false;
    }
  });
}

function unexpected(): never {
  throw new Error("Not asked for");
}

function noAnswer(): Promise<boolean> {
  return Promise.reject(new Error("no answer"));
}

describe("a writer that sleeps while its file is rotated", () => {
  test("before its write: its late lines are void and written again, once, in order", async () => {
    const { path, child, write, appended } = await pausedAppend("write", ["one", "two"]);
    child.kill("SIGSTOP");
    await rotate(path);
    child.kill("SIGCONT");
    await write();
    const head = '{"segment":2}\n'.length;
    expect(await appended).toEqual({
      offsets: [head, head + 4],
      rotated: false,
      end: head + 8,
      last: false,
    });
    expect(readFileSync(segmentPath(path, 1), "utf8")).toBe(`first\n${sealOf(1)}\none\ntwo\n`);
    expect(countingLines(path)).toEqual(["first", "one", "two", "last"]);
  });

  test("between its write and its look: its lines stand before the seal and count", async () => {
    const { path, child, write, look, appended } = await pausedAppend("look", ["one", "two"]);
    await write();
    await until(() => statSync(path).size > "first\n".length);
    child.kill("SIGSTOP");
    await rotate(path);
    child.kill("SIGCONT");
    await look();
    expect(await appended).toEqual({ offsets: [6, 10], rotated: true, end: 14, last: false });
    expect(countingLines(path)).toEqual(["first", "one", "two", "last"]);
  });

  test("until the segment was compressed or dropped: the same, by the file it still holds", async () => {
    const early = await pausedAppend("look", ["one"]);
    await early.write();
    await until(() => statSync(early.path).size > "first\n".length);
    const late = await pausedAppend("write", ["one"]);
    for (const { path } of [early, late]) {
      await rotate(path);
      rmSync(segmentPath(path, 1));
    }
    await early.look();
    await late.write();
    expect(await late.appended).toMatchObject({ rotated: false });
    expect(countingLines(late.path)).toEqual(["one", "last"]);
    expect(await early.appended).toMatchObject({ rotated: true });
    expect(countingLines(early.path)).toEqual(["last"]);
  });

  test("while nobody has sealed the segment yet: its lines count, no seal can come before them", async () => {
    const { path, write, appended } = await pausedAppend("write", ["one"]);
    const killed = startProgram("rotate-and-die", [path, "renamed" satisfies Step]);
    await killed.ended;
    await write();
    expect(await appended).toMatchObject({ offsets: [6], rotated: true, last: false });
    await rotate(path);
    expect(readFileSync(segmentPath(path, 1), "utf8")).toBe(`first\none\n${sealOf(1)}\n`);
    expect(countingLines(path)).toEqual(["first", "one", "last"]);
  });

  test("while its disk is full: what is whole counts, of the rest nobody can be sure", async () => {
    const lines = ["x".repeat(3000), "y".repeat(3000), "z".repeat(3000)];
    const { path, write, look, appended } = await pausedAppend("look", lines, 8);
    await write();
    await until(() => statSync(path).size === 8192);
    await rotate(path);
    await look();
    expect(await appended).toMatchObject({
      offsets: [6, 3007],
      rotated: true,
      code: "LOG_NO_SPACE",
      outcome: "unknown",
    });
    const whole = countingLines(path).filter((line) => !line.startsWith("z"));
    expect(whole).toEqual(["first", lines[0], lines[1], "last"]);
  });
});

test("lines that another's torn line ran into, in a file that is rotated before they are parted, are in doubt", async () => {
  const { path, write, look, appended } = await pausedAppend("look", ["one", "two"]);
  appendFileSync(path, "{torn");
  await write();
  await until(() => readFileSync(path, "utf8").endsWith("two\n"));
  await rotate(path);
  await look();
  expect(await appended).toMatchObject({ offsets: [], code: "LOG_GONE", outcome: "unknown" });
  expect(countingLines(path)).toEqual(["first", "{tornone", "two", "last"]);
});

describe("a file with a rotation", () => {
  test("is told which lines are where, and where the file ends", async () => {
    const path = join(temporaryFolder(), "a.jsonl");
    const file = new LineFile({ path, rotation: rotationOf(path) });
    expect(await file.append(["one", "two"])).toMatchObject({ offsets: [0, 4], end: 8 });
    await rotate(path);
    const head = '{"segment":2}\n'.length;
    expect(await file.append(["three"])).toEqual({
      offsets: [head],
      failure: undefined,
      rotated: false,
      end: head + 6,
    });
    expect(await file.append([])).toMatchObject({ offsets: [], rotated: false, end: 0 });
    await file.close();
    expect(countingLines(path)).toEqual(["one", "two", "three"]);
  });

  test("that somebody removes or moves away is made anew, and its late lines are written again", async () => {
    for (const remove of [rmSync, (path: string) => renameSync(path, `${path}.old`)]) {
      const { path, write, appended } = await pausedAppend("write", ["one"]);
      remove(path);
      await write();
      expect(await appended).toMatchObject({ offsets: [0], rotated: false });
      expect(countingLines(path)).toEqual(["one", "last"]);
    }
  });

  test("takes no line for a seal while it is at its path, nor that of another segment", async () => {
    const path = join(temporaryFolder(), "a.jsonl");
    writeFileSync(path, `${sealOf(1)}\n`);
    const file = new LineFile({ path, rotation: rotationOf(path) });
    expect(await file.append([sealOf(7)])).toMatchObject({ failure: undefined, rotated: false });
    expect(await file.append(["one"])).toMatchObject({ failure: undefined, rotated: false });
    await file.close();
  });

  test("asks about seals only when it was rotated under a write", async () => {
    const path = join(temporaryFolder(), "a.jsonl");
    const file = new LineFile({ path, rotation: { isSeal: unexpected, isSegment: unexpected } });
    for (let n = 0; n < 3; n++) {
      expect(await file.append(["line"])).toMatchObject({ failure: undefined });
      await rotate(path);
    }
    await file.close();
  });
});

test("a rule that fails leaves it unknown what became of the lines", async () => {
  const path = join(temporaryFolder(), "a.jsonl");
  const file = new LineFile({ path, rotation: { ...rotationOf(path), isSegment: noAnswer } });
  await file.append(["one"]);
  const appending = file.append(["two"]);
  // It has checked the path; its write is under way.
  await Promise.resolve();
  renameSync(path, segmentPath(path, 1));
  const { offsets, failure } = await appending;
  expect({ offsets, failure }).toMatchObject({
    offsets: [],
    failure: { code: "LOG_IO", outcome: "unknown", cause: { message: "no answer" } },
  });
  await file.close();
});

describe("a rotation that is killed", () => {
  test.each(["begun", "linked", "renamed", "sealed"] as const)(
    "when it has %s is finished by the next",
    async (step) => {
      const path = join(temporaryFolder(), "a.jsonl");
      const file = new LineFile({ path, rotation: rotationOf(path) });
      await file.append(["one"]);
      const { ended } = startProgram("rotate-and-die", [path, step]);
      await ended;
      expect(await file.append(["two"])).toMatchObject({ failure: undefined });
      await rotate(path);
      await file.append(["three"]);
      await rotate(path);
      await file.close();
      expect(countingLines(path)).toEqual(["one", "two", "three"]);
    },
  );
});
