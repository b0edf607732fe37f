import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  constants,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";

import {
  createLineAppender,
  LineFile,
  openSharedLog,
  type AppendedLines,
  type Damage,
} from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Waits until another thread has written the lines; this thread has not been told so yet. */
async function untilWritten(path: string, size: number): Promise<void> {
  for (let tick = 0; tick < 3; tick++) await new Promise<void>((done) => process.nextTick(done));
  while (statSync(path).size === size);
}

test("a frame that is not read back as it was written is reported and appended again", async () => {
  const directory = temporaryFolder();
  const path = join(directory, "0000000001.log");
  const seen: (string | undefined)[] = [];
  const damages: Damage[] = [];
  await using log = await openSharedLog<string, string>({
    directory,
    durability: "process",
    onFrame({ payload, own }) {
      seen.push(own);
      return payload;
    },
    onDamage: (damage) => damages.push(damage),
  });
  await log.append("first", "first");
  const { size } = statSync(path);
  const appended = Promise.all(["a", "b", "c"].map((text) => log.append(text, text)));
  await untilWritten(path, size);
  writeFileSync(path, readFileSync(path, "latin1").replace(/ a\n/, " x\n"), "latin1");
  appendFileSync(path, "\n");

  expect(await appended).toEqual(["a", "b", "c"]);
  expect(seen).toEqual(["first", "b", "c", "a"]);
  expect(damages).toMatchObject([{ offset: size + 1, reason: "torn-or-changed" }]);
  await using again = await openSharedLog<string>({ directory, onFrame: ({ payload }) => payload });
  expect(again.cursor).toBe(log.cursor);
});

test.each([
  ["to a line that is whole", "one\ntwo\n"],
  ["within a line", "one\ntw"],
  ["to less than was written", "o"],
  ["to nothing", ""],
])("lines are appended again where their file is cut short, %s", async (_, rest) => {
  const path = join(temporaryFolder(), "a.jsonl");
  await using file = createLineAppender({ path });
  for (const line of ["one", "two", "three"]) await file.append(line);
  const { size } = statSync(path);
  const appended = file.append("fourth");
  await untilWritten(path, size);
  truncateSync(path, rest.length);

  const offset = await appended;
  await file.append("fifth");
  const parted = rest === "" || rest.endsWith("\n") ? rest : `${rest}\n`;
  expect(readFileSync(path, "utf8")).toBe(`${parted}fourth\nfifth\n`);
  expect(offset).toBe(parted.length);
});

test("it is unknown what became of lines of which only some were cut off", async () => {
  const path = join(temporaryFolder(), "a.jsonl");
  await using file = createLineAppender({ path });
  await file.append("one");
  const { size } = statSync(path);
  const appended = Promise.allSettled(["two", "three"].map((line) => file.append(line)));
  await untilWritten(path, size);
  truncateSync(path, size + 6);

  const unknown = { status: "rejected", reason: { code: "LOG_GONE", outcome: "unknown" } };
  expect(await appended).toMatchObject([unknown, unknown]);
  await file.append("four");
  expect(readFileSync(path, "utf8")).toBe("one\ntwo\nth\nfour\n");
});

/** Keeps every thread busy that could sync a file; the returned function lets them go. */
async function busyThreads(): Promise<() => Promise<void>> {
  const pipe = join(temporaryFolder(), "pipe");
  execFileSync("mkfifo", [pipe]);
  // Opening the pipe waits for a writer.
  const threads = Number(process.env["UV_THREADPOOL_SIZE"] ?? 4);
  const opened = Array.from({ length: threads }, () => open(pipe));
  return async () => {
    const writer = openSync(pipe, constants.O_RDWR);
    for (const handle of await Promise.all(opened)) await handle.close();
    closeSync(writer);
  };
}

async function changeWhileSynced(
  change: (path: string) => void,
): Promise<{ path: string; appended: AppendedLines }> {
  const path = join(temporaryFolder(), "a.jsonl");
  const file = new LineFile({ path });
  await file.append(["one"]);
  const { size } = statSync(path);
  const appending = file.append(["two", "three"]);
  await untilWritten(path, size);
  const letGo = await busyThreads();
  // The append learns that the write is done, and waits for the disk.
  await setTimeout(20);
  change(path);
  await letGo();
  const appended = await appending;
  await file.append(["four"]);
  await file.close();
  return { path, appended };
}

describe("a file that is cut short while the disk is waited for", () => {
  test.each([
    ["to what was there before", "one\n"],
    ["to less", "o"],
    ["to nothing", ""],
  ])("gets the lines again, %s", async (_, rest) => {
    const { path, appended } = await changeWhileSynced((file) => truncateSync(file, rest.length));
    const parted = rest === "o" ? "o\n" : rest;
    expect(appended).toMatchObject({
      failure: undefined,
      offsets: [parted.length, parted.length + 4],
    });
    expect(readFileSync(path, "utf8")).toBe(`${parted}two\nthree\nfour\n`);
  });

  test("leaves it unknown what became of them where some are left", async () => {
    const { path, appended } = await changeWhileSynced((file) =>
      truncateSync(file, "one\ntwo\nth".length),
    );
    expect(appended).toMatchObject({
      offsets: [],
      failure: { code: "LOG_GONE", outcome: "unknown" },
    });
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\nth\nfour\n");
  });
  test("gets the lines again where others appended over their place", async () => {
    const { path, appended } = await changeWhileSynced((file) => {
      truncateSync(file, 0);
      appendFileSync(file, "another one that is longer\n");
    });
    expect(appended).toMatchObject({ failure: undefined, offsets: [27, 31] });
    expect(readFileSync(path, "utf8")).toBe("another one that is longer\ntwo\nthree\nfour\n");
  });

  test("has the lines where others only appended", async () => {
    const { path, appended } = await changeWhileSynced((file) => appendFileSync(file, "another\n"));
    expect(appended).toMatchObject({ failure: undefined, offsets: [4, 8] });
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\nthree\nanother\nfour\n");
  });
});
