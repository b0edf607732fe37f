import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { openSharedLog, type LogEntry, type SharedLog } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface Change {
  readonly name: string;
}

type Opened = SharedLog<Change | undefined, Change> & { readonly entries: LogEntry<Change>[] };

async function open(directory: string): Promise<Opened> {
  const entries: LogEntry<Change>[] = [];
  const log = await openSharedLog<Change | undefined, Change>({
    directory,
    onFrame(entry) {
      entries.push(entry);
      return entry.own;
    },
  });
  return Object.assign(log, { entries });
}

function append(log: Opened, name: string): Promise<Change | undefined> {
  const change = { name };
  return log.append(JSON.stringify(change), change);
}

describe("what is given to append", () => {
  test("comes back with the frame, the very same object; others read the frame without it", async () => {
    const directory = temporaryFolder();
    await using one = await open(directory);
    await using two = await open(directory);
    const change = { name: "a" };
    expect(await one.append('"a"', change)).toBe(change);
    expect(one.entries[0]?.own).toBe(change);
    await two.catchUp();
    expect(two.entries).toMatchObject([{ payload: '"a"', own: undefined }]);
    expect(await one.append('"without"')).toBeUndefined();
  });

  test("stays with its frame among the frames of others and across segments", async () => {
    const directory = temporaryFolder();
    await using one = await open(directory);
    await using two = await open(directory);
    for (let round = 0; round < 20; round++) {
      const names = Array.from({ length: 5 }, (_, n) => `${round}.${n}`);
      await Promise.all([
        ...names.map((name) => append(one, `one ${name}`)),
        ...(round % 4 === 0 ? [one.seal()] : []),
        ...(round % 3 === 0 ? [two.catchUp()] : []),
        ...names.map((name) => append(two, `two ${name}`)),
      ]);
    }
    await Promise.all([one.catchUp(), two.catchUp()]);
    for (const [log, own] of [
      [one, "one"],
      [two, "two"],
    ] as const) {
      expect(log.entries.length).toBe(200);
      expect(log.entries.map(({ position }) => position)).toEqual(
        log.entries.map(({ position }) => position).toSorted(),
      );
      for (const entry of log.entries) {
        const change = JSON.parse(entry.payload) as Change;
        expect(entry.own).toEqual(change.name.startsWith(own) ? change : undefined);
      }
    }
  });

  test("is not there for a frame that is read again", async () => {
    const directory = temporaryFolder();
    {
      await using log = await open(directory);
      await append(log, "a");
    }
    await using again = await open(directory);
    expect(again.entries).toMatchObject([{ payload: '{"name":"a"}', own: undefined }]);
  });
});

describe("own frames", () => {
  test("are handed over in the order of the calls, before the first append resolves", async () => {
    const directory = temporaryFolder();
    const seen: string[] = [];
    await using log = await openSharedLog<number, string>({
      directory,
      onFrame({ own = "foreign" }) {
        seen.push(own);
        return seen.length;
      },
    });
    for (let round = 0; round < 10; round++) {
      seen.length = 0;
      const names = Array.from({ length: 50 }, (_, n) => `${n}`);
      const counts = await Promise.all(
        names.map(async (name) => [await log.append(name, name), seen.length]),
      );
      expect(seen).toEqual(names);
      expect(counts).toEqual(names.map((_, n) => [n + 1, 50]));
    }
  });
});

describe("a promise that onFrame returns", () => {
  test("is waited for by its own append alone", async () => {
    const gates = new Map<string, () => void>();
    await using log = await openSharedLog<string>({
      directory: temporaryFolder(),
      onFrame({ payload }) {
        if (!payload.startsWith("slow")) return payload;
        return new Promise((resolve) => gates.set(payload, () => resolve(`${payload}, done`)));
      },
    });
    const settled: string[] = [];
    const slow = ["slow 1", "slow 2"].map((payload) => log.append(payload));
    for (const promise of slow) void promise.then((result) => settled.push(result));
    expect(await Promise.all([log.append("a"), log.append("b")])).toEqual(["a", "b"]);
    await log.flush();
    await log.seal();
    expect(await log.append("c")).toBe("c");
    expect(settled).toEqual([]);
    gates.get("slow 2")?.();
    expect(await slow[1]).toBe("slow 2, done");
    expect(settled).toEqual(["slow 2, done"]);
    await log.close();
    gates.get("slow 1")?.();
    expect(await slow[0]).toBe("slow 1, done");
  });

  test("that rejects rejects its append, and nothing else", async () => {
    const directory = temporaryFolder();
    let writing = true;
    await using log = await openSharedLog<string>({
      directory,
      async onFrame({ payload }) {
        if (payload === "bad" && writing) throw new Error("not accepted");
        return payload;
      },
    });
    const results = await Promise.allSettled(["a", "bad", "b"].map((text) => log.append(text)));
    expect(results).toMatchObject([
      { status: "fulfilled", value: "a" },
      { status: "rejected", reason: { message: "not accepted" } },
      { status: "fulfilled", value: "b" },
    ]);
    expect(await log.append("c")).toBe("c");
    writing = false;
    expect(readFileSync(join(directory, "0000000001.log"), "utf8")).toContain(" bad\n");
  });
});
