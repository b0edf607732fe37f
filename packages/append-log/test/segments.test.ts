import { readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { openSharedLog, parsePosition, type Damage, type SharedLog } from "../src/index.ts";
import { until } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

type Opened = SharedLog<string> & { readonly payloads: string[]; readonly damages: Damage[] };

async function open(directory: string, from?: string, firstSegment = 1): Promise<Opened> {
  const payloads: string[] = [];
  const damages: Damage[] = [];
  const log = await openSharedLog({
    directory,
    firstSegment,
    ...(from !== undefined && { from }),
    onFrame({ payload, position }) {
      payloads.push(payload);
      return position;
    },
    onDamage: (damage) => damages.push(damage),
  });
  return Object.assign(log, { payloads, damages });
}

function file(directory: string, segment: number): string {
  return join(directory, `${String(segment).padStart(10, "0")}.log`);
}

describe("a seal", () => {
  test("ends a segment; frames go on in the next one, for everybody", async () => {
    const directory = temporaryFolder();
    await using one = await open(directory);
    await using two = await open(directory);
    await one.append("a");
    const next = await one.seal();
    expect(parsePosition(next)).toEqual({ segment: 2, offset: 0 });
    expect(one.cursor).toBe(next);
    const position = await two.append("b");
    expect(parsePosition(position).segment).toBe(2);
    await one.catchUp();
    expect(one.payloads).toEqual(["a", "b"]);
    expect(two.payloads).toEqual(["a", "b"]);
    expect((await one.segments()).map(({ segment }) => segment)).toEqual([1, 2]);
  });

  test("by several at once ends one segment only", async () => {
    const directory = temporaryFolder();
    await using one = await open(directory);
    await using two = await open(directory);
    await one.append("a");
    await two.catchUp();
    const next = await Promise.all([one.seal(), two.seal(), one.seal()]);
    expect(new Set(next).size).toBe(1);
    expect(await one.segments()).toHaveLength(2);
  });

  test("makes what a sleeper appends behind it void; it is appended again", async () => {
    const directory = temporaryFolder();
    await using one = await open(directory);
    await using two = await open(directory);
    // Each seal and the frames of the other log race for the end of the same segment.
    for (let round = 0; round < 30; round++) {
      await Promise.all([one.append(`one ${round}`), one.seal(), two.append(`two ${round}`)]);
    }
    await Promise.all([one.catchUp(), two.catchUp()]);
    expect(two.payloads).toEqual(one.payloads);
    expect(new Set(one.payloads).size).toBe(60);
    expect(one.payloads.length).toBe(60);
    await using replayed = await open(directory);
    expect(replayed.payloads).toEqual(one.payloads);
    expect(replayed.damages).toEqual([]);
  });

  test("that was destroyed is reported, and reading goes on in the next segment", async () => {
    const directory = temporaryFolder();
    {
      await using log = await open(directory);
      await log.append("a");
      const { offset } = parsePosition(await log.flush());
      await log.seal();
      await log.append("b");
      truncateSync(file(directory, 1), offset);
    }
    await using again = await open(directory);
    expect(again.payloads).toEqual(["a", "b"]);
    expect(again.damages).toMatchObject([{ segment: 1, bytes: 0, reason: "no-seal" }]);
  });
});

describe("dropping segments", () => {
  test("removes those before a position, never the one that is appended to", async () => {
    const directory = temporaryFolder();
    await using log = await open(directory);
    for (const text of ["a", "b", "c"]) {
      await log.append(text);
      await log.seal();
    }
    const last = await log.append("d");
    await log.dropBefore(last);
    expect((await log.segments()).map(({ segment }) => segment)).toEqual([4]);
    await log.append("e");
    await using again = await open(directory);
    expect(again.payloads).toEqual(["d", "e"]);
  });

  test("refuses a position that was not reached", async () => {
    const directory = temporaryFolder();
    await using log = await open(directory);
    await log.append("a");
    await expect(log.dropBefore("0000000002-000000000000")).rejects.toThrow(RangeError);
    expect(await log.segments()).toHaveLength(1);
  });

  test("does not disturb a reader that has the segment open", async () => {
    const directory = temporaryFolder();
    await using log = await open(directory);
    await using slow = await open(directory);
    await log.append("a");
    await log.dropBefore(await log.seal());
    await log.append("b");
    await slow.catchUp();
    expect(slow.payloads).toEqual(["a", "b"]);
  });

  test("tells a reader that came too late", async () => {
    const directory = temporaryFolder();
    await using log = await open(directory);
    await using slow = await open(directory);
    await log.append("a");
    const early = log.cursor;
    await log.seal();
    await log.append("b");
    await log.dropBefore(await log.seal());
    const gone = { code: "LOG_GONE", outcome: "not-applied" };
    await expect(slow.catchUp()).rejects.toMatchObject(gone);
    await expect(slow.append("void")).rejects.toMatchObject(gone);
    await expect(open(directory, early)).rejects.toMatchObject(gone);
    await using reloaded = await open(directory);
    await reloaded.append("c");
    expect(reloaded.payloads).toEqual(["c"]);
    await expect(slow.catchUp()).rejects.toMatchObject(gone);
  });

  test("leaves nobody writing to a segment that a sleeper created anew", async () => {
    const directory = temporaryFolder();
    {
      await using log = await open(directory);
      await log.seal();
      await log.append("a");
      await log.dropBefore(await log.seal());
      await log.append("b");
    }
    writeFileSync(file(directory, 2), "");
    await expect(open(directory, "0000000002-000000000000")).rejects.toMatchObject({
      code: "LOG_GONE",
    });
    await using log = await open(directory);
    expect(log.payloads).toEqual(["b"]);
  });
});

async function openedWithOneFrame(): Promise<{ directory: string; log: Opened }> {
  const directory = join(temporaryFolder(), "log");
  const log = await open(directory);
  await log.append("a");
  return { directory, log };
}

describe("a log that was tampered with while it is open", () => {
  test("acknowledges nothing when its folder is removed", async () => {
    const { directory, log } = await openedWithOneFrame();
    const results: string[] = [];
    const writers = Array.from({ length: 8 }, async (_, n) => {
      for (;;) results.push(await log.append(`${n}`));
    });
    const outcomes = Promise.allSettled(writers);
    await until(() => results.length > 50);
    rmSync(directory, { recursive: true });
    const before = results.length;
    for (const { status, ...rest } of await outcomes) {
      expect(status).toBe("rejected");
      expect(rest).toMatchObject({ reason: { code: "LOG_GONE" } });
    }
    expect(results.length).toBe(before);
    await expect(log.catchUp()).rejects.toMatchObject({ code: "LOG_GONE" });
    await log.close();
    expect(() => readdirSync(directory)).toThrow("ENOENT");
  });

  test("acknowledges nothing when its segment is moved away", async () => {
    const { directory, log } = await openedWithOneFrame();
    renameSync(file(directory, 1), join(directory, "moved"));
    await expect(log.append("b")).rejects.toMatchObject({ code: "LOG_GONE", outcome: "unknown" });
    await log.close();
  });

  test("notices that its segment was cut short", async () => {
    const { directory, log } = await openedWithOneFrame();
    truncateSync(file(directory, 1), 10);
    await expect(log.catchUp()).rejects.toMatchObject({ code: "LOG_GONE" });
    await expect(log.append("b")).rejects.toMatchObject({ outcome: "not-applied" });
    await log.close();
  });
});

describe("opening", () => {
  test("at a position that is not there is refused", async () => {
    const directory = temporaryFolder();
    await using log = await open(directory);
    await log.append("a");
    for (const offset of [3, 999_999]) {
      const position = `0000000001-${String(offset).padStart(12, "0")}`;
      await expect(open(directory, position)).rejects.toMatchObject({ code: "LOG_GONE" });
    }
    await expect(open(directory, "nonsense")).rejects.toThrow(TypeError);
  });

  test("begins with the segment it is told when there is none", async () => {
    const directory = temporaryFolder();
    const position = "0000000007-000000000000";
    await expect(open(directory, position)).rejects.toMatchObject({ code: "LOG_GONE" });
    await using log = await open(directory, undefined, 8);
    expect((await log.append("a")) > position).toBe(true);
  });
});
