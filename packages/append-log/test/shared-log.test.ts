import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { openSharedLog, type LogEntry, type SharedLog } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

type Opened = SharedLog<string> & { readonly entries: LogEntry[] };

/** A log that keeps the entries it reads, and answers `append` with the position. */
async function open(directory: string, from?: string): Promise<Opened> {
  const entries: LogEntry[] = [];
  const log = await openSharedLog({
    directory,
    ...(from !== undefined && { from }),
    onFrame(entry) {
      entries.push(entry);
      return entry.position;
    },
  });
  return Object.assign(log, { entries });
}

function payloads(log: Opened): string[] {
  return log.entries.map(({ payload }) => payload);
}

describe("a shared log", () => {
  test("hands every frame to every log that has it open, in one order", async () => {
    const directory = temporaryFolder();
    await using one = await open(directory);
    await using two = await open(directory);
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => [one.append(`one ${n}`), two.append(`two ${n}`)]).flat(),
    );
    await Promise.all([one.catchUp(), two.catchUp()]);
    expect(payloads(one).length).toBe(100);
    expect(payloads(two)).toEqual(payloads(one));
    const positions = one.entries.map(({ position }) => position);
    expect(positions).toEqual(two.entries.map(({ position }) => position));
    expect(positions).toEqual([...new Set(positions)].toSorted());
    expect(payloads(one).filter((payload) => payload.startsWith("one"))).toEqual(
      Array.from({ length: 50 }, (_, n) => `one ${n}`),
    );
  });

  test("resolves append with what onFrame returned, everything before it being read", async () => {
    const directory = temporaryFolder();
    await using other = await open(directory);
    let frames = 0;
    await using counting = await openSharedLog({ directory, onFrame: () => ++frames });
    await other.append("a");
    await other.append("b");
    expect(await Promise.all([counting.append("c"), counting.append("d")])).toEqual([3, 4]);
    await other.append("e");
    expect(await counting.append("f")).toBe(6);
  });

  test("judges conditions at their place in the log, alike in every process", async () => {
    const directory = temporaryFolder();
    function openCounter(): Promise<SharedLog<boolean>> {
      let value = 0;
      return openSharedLog({
        directory,
        onFrame({ payload }) {
          if (Number(payload) !== value) return false;
          value += 1;
          return true;
        },
      });
    }
    await using one = await openCounter();
    await using two = await openCounter();
    const outcomes = await Promise.all([one.append("0"), two.append("0"), one.append("0")]);
    expect(outcomes.filter(Boolean).length).toBe(1);
  });

  test("replays everything when it is opened again", async () => {
    const directory = temporaryFolder();
    const texts = ['{"a":1}', "", " spaces ", "🙂 ünï\r", "x".repeat(700_000), "\u0000\u2028"];
    {
      await using log = await open(directory);
      for (const text of texts) await log.append(text);
    }
    await using again = await open(directory);
    expect(payloads(again)).toEqual(texts);
  });

  test("replays from a cursor of an earlier time", async () => {
    const directory = temporaryFolder();
    await using log = await open(directory);
    await log.append("a");
    const cursor = await log.flush();
    expect(cursor).toBe(log.cursor);
    await Promise.all([log.append("b"), log.append("c")]);
    await using again = await open(directory, cursor);
    expect(payloads(again)).toEqual(["b", "c"]);
    expect(again.entries).toMatchObject(
      log.entries.slice(1).map(({ position, payload }) => ({ position, payload })),
    );
    expect(again.cursor).toBe(log.cursor);
  });

  test("is text that can be read while it is written", async () => {
    const directory = temporaryFolder();
    await using log = await open(directory);
    await log.append('{"key":"plan"}');
    const text = readFileSync(join(directory, "0000000001.log"), "utf8");
    expect(text).toMatch(/^\n[\da-f]{8} head [\da-f]{12} \d+ \{"format":1\}\n/);
    expect(text).toMatch(/\n[\da-f]{8} data [\da-f]{12} \d+ \{"key":"plan"\}\n$/);
  });

  test("refuses what is not one line of well-formed text, or too large", async () => {
    await using log = await openSharedLog({
      directory: temporaryFolder(),
      maxPayloadBytes: 10,
      onFrame: ({ payload }) => payload,
    });
    await expect(log.append("a\nb")).rejects.toThrow(TypeError);
    await expect(log.append("\ud83d")).rejects.toThrow(TypeError);
    await expect(log.append("ä".repeat(6))).rejects.toMatchObject({
      code: "LOG_TOO_LARGE",
      outcome: "not-applied",
    });
    expect(await log.append("ä".repeat(5))).toBe("ä".repeat(5));
  });

  test("bounds what waits", async () => {
    const directory = temporaryFolder();
    await using log = await openSharedLog({ directory, maxQueuedBytes: 500, onFrame: () => true });
    const appended = await Promise.allSettled(
      Array.from({ length: 100 }, () => log.append("x".repeat(20))),
    );
    const rejected = appended.filter((result) => result.status === "rejected");
    expect(rejected.length).toBeGreaterThan(80);
    expect(rejected.every(({ reason }) => (reason as { code: string }).code === "LOG_FULL")).toBe(
      true,
    );
    expect(await log.append("room again")).toBe(true);
  });

  test("stops at a frame that onFrame does not take", async () => {
    const directory = temporaryFolder();
    await using good = await open(directory);
    await using bad = await openSharedLog({
      directory,
      onFrame({ payload }) {
        if (payload === "poison") throw new Error("cannot apply");
      },
    });
    await good.append("poison");
    await good.append("later");
    await expect(bad.catchUp()).rejects.toThrow("cannot apply");
    await expect(bad.append("mine")).rejects.toThrow("cannot apply");
    await good.catchUp();
    expect(payloads(good)).toEqual(["poison", "later"]);
  });

  test("closes once, after what was appended; then every call rejects", async () => {
    const directory = temporaryFolder();
    const log = await open(directory);
    const appended = log.append("last");
    await Promise.all([log.close(), log.close()]);
    await log.close();
    expect(await appended).toBe(log.entries[0]?.position);
    const calls = [
      log.append("x"),
      log.catchUp(),
      log.seal(),
      log.flush(),
      log.segments(),
      log.dropBefore(log.cursor),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "LOG_CLOSED" });
    await using again = await open(directory);
    expect(payloads(again)).toEqual(["last"]);
  });

  test("takes no call once it closes, and leaves no file open", async () => {
    const directory = temporaryFolder();
    await using other = await open(directory);
    for (let round = 0; round < 20; round++) {
      const log = await open(directory);
      const appended = log.append("a");
      await other.seal();
      const closed = log.close();
      const calls = [log.catchUp(), log.flush(), log.segments(), log.append("b")];
      for (const call of calls) await expect(call).rejects.toMatchObject({ code: "LOG_CLOSED" });
      await Promise.all([appended, closed]);
    }
  });

  test("creates nothing but its segments", async () => {
    const directory = join(temporaryFolder(), "new", "folder");
    await using log = await open(directory);
    await log.append("a");
    await log.seal();
    await log.append("b");
    expect(readdirSync(directory)).toEqual(["0000000001.log", "0000000002.log"]);
  });
});
