import { existsSync } from "node:fs";
import { chmod, glob, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { findRedisServer, startRedis } from "../src/index.ts";

const hasDebianPackages = existsSync("/usr/bin/apt-get") && existsSync("/usr/bin/dpkg");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-find-redis-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

test("the program named by MEM_TEST_REDIS_SERVER comes first", async () => {
  const path = await writeProgram("my-server", "Valkey server v=8.1.3 sha=0 bits=64");
  await writeProgram("redis-server", "Redis server v=7.2.4 sha=0 bits=64");
  const env = { MEM_TEST_REDIS_SERVER: path, PATH: folder };
  expect(await findRedisServer({ env })).toEqual({ path, version: "8.1.3" });
});

test("the program on PATH comes next", async () => {
  const path = await writeProgram("redis-server", "Redis server v=7.2.4 sha=0 bits=64");
  expect(await findRedisServer({ env: { PATH: `/nowhere:${folder}` } })).toEqual({
    path,
    version: "7.2.4",
  });
});

test("a named program that is missing or something else is refused by name", async () => {
  const env = { MEM_TEST_REDIS_SERVER: "/nowhere/redis-server" };
  await expect(findRedisServer({ env })).rejects.toThrow(
    "MEM_TEST_REDIS_SERVER names /nowhere/redis-server, which does not run",
  );
  const other = await writeProgram("other", "Postgres 17");
  await expect(findRedisServer({ env: { MEM_TEST_REDIS_SERVER: other } })).rejects.toThrow(
    "no Redis or Valkey server",
  );
});

test("without one, Debian's packages are unpacked once, also by two runs at a time; elsewhere the error says what to do", async () => {
  const announced: string[] = [];
  const cacheDir = join(folder, "cache");
  const attempt = async (): Promise<string> => {
    const options = { env: {}, cacheDir, announce: (line: string) => announced.push(line) };
    try {
      const binary = await findRedisServer(options);
      await using server = await startRedis({ binary });
      return `${binary.path} answers ${String(await server.command("PING"))}`;
    } catch (error) {
      return String(error);
    }
  };
  const success = new RegExp(`^${cacheDir}/.* answers PONG$`);
  const outcome = hasDebianPackages ? success : /Install a server/;
  for (const answer of await Promise.all([attempt(), attempt()])) expect(answer).toMatch(outcome);
  const lines = announced.length;
  expect(await attempt()).toMatch(outcome);
  expect(announced).toHaveLength(lines);
  expect(await Array.fromAsync(glob(join(cacheDir, "*")))).toHaveLength(hasDebianPackages ? 1 : 0);
}, 120_000);

async function writeProgram(name: string, says: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho "${says}"\n`);
  await chmod(path, 0o755);
  return path;
}
