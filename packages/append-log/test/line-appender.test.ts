import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

import { createLineAppender } from "../src/index.ts";
import { startProgram, until } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function fileInNewFolder(): string {
  return join(temporaryFolder(), "records", "agent", "a.jsonl");
}

const KINDS = [
  ["disk", { durability: "disk" }],
  ["disk, written in place", { durability: "disk", writeInPlace: true }],
  ["process", { durability: "process" }],
] as const;

describe.each(KINDS)("a line appender (%s)", (_name, kind) => {
  test("touches the disk at the first append, and makes the folders then", async () => {
    const path = fileInNewFolder();
    await using appender = createLineAppender({ path, ...kind });
    expect(existsSync(dirname(path))).toBe(false);
    await appender.append("one");
    expect(readFileSync(path, "utf8")).toBe("one\n");
  });

  test("keeps the order of calls and resolves with the offset of each line", async () => {
    const path = fileInNewFolder();
    await using appender = createLineAppender({ path, ...kind });
    const lines = ["first", "", "zweite – ünïcödé 🙂", "x".repeat(100_000), "last"];
    const offsets = await Promise.all(lines.map((line) => appender.append(line)));
    const more = await appender.append(Buffer.from([0, 255, 0]));
    const bytes = readFileSync(path);
    expect(bytes.subarray(0, more).toString()).toBe(lines.map((line) => `${line}\n`).join(""));
    expect(bytes.subarray(more)).toEqual(Buffer.from([0, 255, 0, 10]));
    for (const [index, offset] of offsets.entries()) {
      const line = lines[index] ?? "";
      expect(bytes.toString("utf8", offset, offset + Buffer.byteLength(line))).toBe(line);
    }
  });

  test("goes on at the end of a file that is there", async () => {
    const path = join(temporaryFolder(), "a.jsonl");
    writeFileSync(path, "old\n");
    await using appender = createLineAppender({ path, ...kind });
    expect(await appender.append("new")).toBe(4);
    expect(readFileSync(path, "utf8")).toBe("old\nnew\n");
  });

  test("refuses more than one line and takes the next", async () => {
    const path = fileInNewFolder();
    await using appender = createLineAppender({ path, ...kind });
    const good = appender.append("good");
    await expect(appender.append("two\nlines")).rejects.toThrow(TypeError);
    await expect(appender.append(Buffer.from("two\nlines"))).rejects.toThrow(TypeError);
    await good;
    expect(readFileSync(path, "utf8")).toBe("good\n");
  });

  test("does not follow a symbolic link", async () => {
    const folder = temporaryFolder();
    const [path, target] = [join(folder, "a.jsonl"), join(folder, "target")];
    writeFileSync(target, "precious\n");
    symlinkSync(target, path);
    await using appender = createLineAppender({ path, ...kind });
    await expect(appender.append("x")).rejects.toMatchObject({ code: "LOG_NOT_A_FILE" });
    expect(readFileSync(target, "utf8")).toBe("precious\n");
  });

  test("refuses what is no file, and works when it is out of the way", async () => {
    const path = join(temporaryFolder(), "a.jsonl");
    mkdirSync(path);
    await using appender = createLineAppender({ path, ...kind });
    await expect(appender.append("x")).rejects.toMatchObject({
      code: "LOG_NOT_A_FILE",
      outcome: "not-applied",
    });
    rmSync(path, { recursive: true });
    await appender.append("y");
    expect(readFileSync(path, "utf8")).toBe("y\n");
  });

  test("bounds what waits", async () => {
    const path = fileInNewFolder();
    await using appender = createLineAppender({ path, ...kind, maxQueuedBytes: 1000 });
    const lines = Array.from({ length: 20 }, () => appender.append("x".repeat(99)));
    const results = await Promise.allSettled(lines);
    const rejected = results.filter((result) => result.status === "rejected");
    expect(rejected.length).toBe(10);
    expect(rejected[0]?.reason).toMatchObject({ code: "LOG_FULL", outcome: "not-applied" });
    await appender.append("room again");
    expect(readFileSync(path, "utf8").split("\n").length).toBe(12);
  });

  test("flush waits for what was given; close too, any number of times; then it is closed", async () => {
    const path = fileInNewFolder();
    const appender = createLineAppender({ path, ...kind });
    const first = appender.append("first");
    await appender.flush();
    expect(readFileSync(path, "utf8")).toBe("first\n");
    const last = appender.append("last");
    await Promise.all([appender.close(), appender.close()]);
    await appender.close();
    await Promise.all([first, last]);
    expect(readFileSync(path, "utf8")).toBe("first\nlast\n");
    await expect(appender.append("late")).rejects.toMatchObject({
      code: "LOG_CLOSED",
      outcome: "not-applied",
    });
  });

  test("can be closed without ever having been used", async () => {
    const path = fileInNewFolder();
    await createLineAppender({ path, ...kind }).close();
    expect(existsSync(dirname(path))).toBe(false);
  });

  test("never acknowledges into a file that was removed or moved away", async () => {
    const path = fileInNewFolder();
    await using appender = createLineAppender({ path, ...kind });
    await appender.append("before");
    // Those since the last deletion.
    const acknowledged = new Set<string>();
    const stop = new AbortController();
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; !stop.signal.aborted; n++) {
        await appender.append(`line ${writer}-${n}`);
        acknowledged.add(`line ${writer}-${n}`);
      }
    });
    for (let deletion = 0; deletion < 5; deletion++) {
      await until(() => acknowledged.size > 50);
      acknowledged.clear();
      rmSync(dirname(path), { recursive: true, force: true });
    }
    await until(() => acknowledged.size > 50);
    stop.abort();
    await Promise.all(writers);
    const lines = new Set(readFileSync(path, "utf8").split("\n"));
    expect([...acknowledged].filter((line) => !lines.has(line))).toEqual([]);
    expect(lines.has("before")).toBe(false);
  });
});

test("a line appender acknowledges nothing while the name of its file is not on disk", async () => {
  const path = join(temporaryFolder(), "a.jsonl");
  const limits = { openFiles: 64 };
  const { output } = startProgram("append-without-descriptors", [path], limits);
  const failed = "LOG_IO not-applied";
  expect(JSON.parse(await output)).toEqual([failed, failed, "at 0"]);
  expect(readFileSync(path, "utf8")).toBe("third\n");
});
