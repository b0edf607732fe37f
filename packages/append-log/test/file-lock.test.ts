import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acquireFileLock, tryFileLock } from "../src/file-lock.ts";
import { startProgram } from "./program.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

const holder = `
  const { DatabaseSync } = await import("node:sqlite");
  new DatabaseSync(process.argv[1]).exec("BEGIN EXCLUSIVE");
  console.log("held");
  setInterval(() => {}, 1000);
`;

describe("a file lock", () => {
  it("is held by one at a time, also within a process", async () => {
    const path = join(folder, "lock");
    const first = await tryFileLock(path);
    expect(first).toBeDefined();
    expect(await tryFileLock(path)).toBeUndefined();
    first?.release();
    first?.release();
    using second = await tryFileLock(path);
    expect(second).toBeDefined();
  });

  it("says when its file cannot be made", async () => {
    const path = join(folder, "missing", "lock");
    await expect(tryFileLock(path)).rejects.toMatchObject({ name: "LogError", code: "LOG_IO" });
  });

  it("is not taken by who may read its file but not write it", async () => {
    const path = join(folder, "lock");
    await writeFile(path, "", { mode: 0o444 });
    await chmod(folder, 0o777);
    const { output } = startProgram("lock-without-permission", [path]);
    expect(JSON.parse(await output)).toEqual({
      code: "LOG_IO",
      message: `Could not lock ${path}: EACCES`,
    });
  });

  it("gives up waiting at its deadline", async () => {
    using held = await tryFileLock(join(folder, "lock"));
    expect(held).toBeDefined();
    expect(await acquireFileLock(join(folder, "lock"), { timeoutMs: 30 })).toBeUndefined();
  });

  it("is passed on when it is released", async () => {
    const path = join(folder, "lock");
    const held = await tryFileLock(path);
    const waiting = acquireFileLock(path);
    held?.release();
    using lock = await waiting;
    expect(lock).toBeDefined();
  });

  it("ends with the life of its owner", async () => {
    const path = join(folder, "lock");
    const child = spawn(process.execPath, ["--input-type=module", "-e", holder, path]);
    await once(child.stdout, "data");
    expect(await tryFileLock(path)).toBeUndefined();
    child.kill("SIGKILL");
    await once(child, "exit");
    using lock = await acquireFileLock(path);
    expect(lock).toBeDefined();
  });

  it("stops waiting when the caller gives up", async () => {
    using held = await tryFileLock(join(folder, "lock"));
    expect(held).toBeDefined();
    const waiting = acquireFileLock(join(folder, "lock"), { signal: AbortSignal.timeout(20) });
    await expect(waiting).rejects.toMatchObject({ name: "TimeoutError" });
  });
});
