import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeHeapSnapshot } from "node:v8";
import { startRedis } from "@mem/redis-server";
import { describe, expect, it, onTestFinished } from "vitest";
import { markOf } from "../src/faults/sessions/marks.ts";
import { searchFolder, searchRedis } from "../src/faults/sessions/search.ts";

const MARK = markOf("e1");

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mem-search-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe("the search for what is left of a session", { timeout: 30_000 }, () => {
  it("finds it in every kind of value of a server, and in the names of keys", async () => {
    await using server = await startRedis();
    const value = `before ${MARK} after`;
    await server.command("SET", "string", value);
    await server.command("HSET", "hash", "field", value);
    await server.command("HSET", "fields", value, "1");
    await server.command("RPUSH", "list", "a", value);
    await server.command("SADD", "set", value);
    await server.command("ZADD", "zset", "1", value);
    await server.command("XADD", "stream", "*", "field", value);
    await server.command("SET", `name-${MARK}`, "1");
    await server.command("SET", "another", markOf("e2"));
    const places = await searchRedis(server, [MARK]);
    expect(places.toSorted()).toEqual([
      `${MARK} in hash fields`,
      `${MARK} in hash hash`,
      `${MARK} in list list`,
      `${MARK} in set set`,
      `${MARK} in stream stream`,
      `${MARK} in string string`,
      `${MARK} in the key name-${MARK}`,
      `${MARK} in zset zset`,
    ]);
    await server.command("FLUSHALL");
    expect(await searchRedis(server, [MARK])).toEqual([]);
  });

  it("finds it in files, and in their names", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "sub"));
    await writeFile(join(folder, "sub", "file"), Buffer.from(`\0\xff${MARK}\0`, "latin1"));
    await writeFile(join(folder, MARK), "");
    await writeFile(join(folder, "another"), markOf("e2"));
    expect(await searchFolder(folder, [MARK])).toHaveLength(2);
  });

  it("finds it in the memory of a process", async () => {
    const folder = await newFolder();
    // Made at run time, so that it is in no source text.
    const held = { value: `${markOf(String(folder.length))} is held` };
    writeHeapSnapshot(join(folder, "heap"));
    expect(await searchFolder(folder, [markOf(String(folder.length))])).toHaveLength(1);
    expect(held.value).toContain("held");
  });
});
