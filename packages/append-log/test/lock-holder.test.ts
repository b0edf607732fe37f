import { once } from "node:events";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { acquireFileLock, readLockHolder, tryFileLock } from "../src/index.ts";
import { startProgram, type Program } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Starts a process that holds the lock. */
async function startHolder(path: string): Promise<Program> {
  const program = startProgram("hold-lock", [path]);
  const [answer] = (await once(program.child.stdout, "data")) as [Buffer];
  expect(String(answer)).toBe("held\n");
  return program;
}

describe("the holder of a lock", () => {
  test("is named to other processes, also while it is paused", async () => {
    const path = join(temporaryFolder(), "lock");
    const before = Date.now();
    const { child } = await startHolder(path);
    child.kill("SIGSTOP");
    expect(await tryFileLock(path, { recordHolder: true })).toBeUndefined();
    const holder = readLockHolder(path);
    expect(holder?.pid).toBe(child.pid);
    expect(holder?.since).toBeGreaterThanOrEqual(before);
    expect(holder?.since).toBeLessThanOrEqual(Date.now());
  });

  test("is nobody before the lock is taken and after it is given up", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "lock");
    expect(readLockHolder(path)).toBeUndefined();
    const { child, ended } = await startHolder(path);
    child.stdin.write("go\n");
    await ended;
    expect(readLockHolder(path)).toBeUndefined();
    expect(readdirSync(folder)).toEqual(["lock"]);
  });

  test("is nobody once it was killed, and whoever takes the lock next", async () => {
    const path = join(temporaryFolder(), "lock");
    const { child, ended } = await startHolder(path);
    child.kill("SIGKILL");
    await ended;
    expect(readLockHolder(path)).toBeUndefined();
    using lock = await acquireFileLock(path, { recordHolder: true });
    expect(lock).toBeDefined();
    expect(readLockHolder(path)?.pid).toBe(process.pid);
  });

  test("is not recorded unless it wants to be", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "lock");
    using lock = await tryFileLock(path);
    expect(lock).toBeDefined();
    expect(readLockHolder(path)).toBeUndefined();
    expect(readdirSync(folder)).not.toContain("lock.holder");
  });

  test("is nobody while the record is half written", () => {
    const path = join(temporaryFolder(), "lock");
    writeFileSync(`${path}.holder`, '{"pid":1');
    expect(readLockHolder(path)).toBeUndefined();
  });
});

test("a lock whose record is obstructed is not taken, and not left behind", async () => {
  const path = join(temporaryFolder(), "lock");
  mkdirSync(`${path}.holder`);
  const attempt = tryFileLock(path, { recordHolder: true });
  await expect(attempt).rejects.toMatchObject({ name: "LogError", code: "LOG_NOT_A_FILE" });
  using lock = await tryFileLock(path);
  expect(lock).toBeDefined();
});
