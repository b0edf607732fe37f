import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { lookAt, rested } from "../src/long-term/folder-size.ts";
import { joining } from "../src/long-term/joined.ts";
import { readLog } from "../src/long-term/log-reading.ts";
import { toBacklog } from "../src/long-term/ours.ts";
import { HOME, Scratch } from "../src/long-term/scratch.ts";
import { DIMENSIONS, vectorAt } from "../src/long-term/vectors.ts";
import { createPlaces, liveBytes, memoryAt, toId, toLine } from "../src/long-term/workload.ts";

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
const save = (key: string, value: number): string =>
  JSON.stringify({ kind: "save", writes: [{ key, value }] });

const places = Array.from({ length: 500 }, (_, place) => place);

describe("the memories", () => {
  it("are the same in every run, and each has a place of its own", () => {
    expect(places.map((place) => memoryAt(place, 3))).toEqual(
      places.map((place) => memoryAt(place, 3)),
    );
    expect(new Set(places.map((place) => toId(memoryAt(place, 0)))).size).toBe(500);
  });

  it("keep their place in every revision, with another value", () => {
    for (const place of places.slice(0, 20)) {
      const [first, second] = [memoryAt(place, 0), memoryAt(place, 1)];
      expect(toId(second)).toBe(toId(first));
      expect(second.value).not.toEqual(first.value);
    }
  });

  it("are searched by eight words", () => {
    for (const place of places) expect(memoryAt(place, 0).text.split(" ")).toHaveLength(8);
  });

  it("take as many bytes as their lines", () => {
    const bytes = places.reduce(
      (sum, place) => sum + Buffer.byteLength(toLine(memoryAt(place, 0))),
      0,
    );
    expect(liveBytes(500)).toBe(bytes);
  });

  it("are read at random places from all of the range", () => {
    const drawn = createPlaces(1000);
    expect(drawn).toEqual(createPlaces(1000));
    expect(new Set(drawn).size).toBeGreaterThan(990);
    expect(Math.max(...drawn)).toBeLessThan(1000);
  });
});

describe("a vector", () => {
  it("has the length of one, and is nearer to its own cluster than to others", () => {
    const vector = vectorAt(7);
    expect(vector).toHaveLength(DIMENSIONS);
    expect(dot(vector, vector)).toBeCloseTo(1, 5);
    expect(dot(vector, vectorAt(1007))).toBeGreaterThan(0.7);
    expect(dot(vector, vectorAt(8))).toBeLessThan(0.5);
  });
});

describe("joined calls", () => {
  it("of one tick are one commit, and those that come meanwhile are the next", async () => {
    const commits: (readonly number[])[] = [];
    const add = joining<number>(async (items) => {
      commits.push(items);
      await sleep(5);
    });
    const first = Promise.all([add(1), add(2)]);
    await sleep(1);
    await Promise.all([first, add(3), add(4)]);
    await add(5);
    expect(commits).toEqual([[1, 2], [3, 4], [5]]);
  });

  it("reject with their own commit only", async () => {
    const add = joining<number>(async (items) => {
      if (items.includes(1)) throw new Error("no room");
    });
    await expect(Promise.all([add(1), add(2)])).rejects.toThrow("no room");
    await expect(add(3)).resolves.toBeUndefined();
  });
});

describe("a scratch folder", () => {
  it("is on the disk that the code is on, and gone at the end with all that is in it", () => {
    let path: string;
    {
      using scratch = new Scratch();
      path = scratch.path("store");
      expect(scratch.path("store")).not.toBe(path);
      mkdirSync(path);
      writeFileSync(join(path, "file"), "text");
      expect(path.startsWith(HOME)).toBe(true);
    }
    expect(existsSync(join(path, ".."))).toBe(false);
  });

  it("removes what killed runs have left, and nothing of those that live", () => {
    // No process has an id as large as this.
    const left = join(HOME, "run-999999999-left");
    const living = join(HOME, `run-${process.pid}-living`);
    mkdirSync(left, { recursive: true });
    mkdirSync(living);
    try {
      using _ = new Scratch();
      expect(existsSync(left)).toBe(false);
      expect(existsSync(living)).toBe(true);
    } finally {
      rmSync(living, { recursive: true });
    }
  });

  it("is waited for until nothing changes in it", async () => {
    using scratch = new Scratch();
    mkdirSync(join(scratch.folder, "below"));
    writeFileSync(join(scratch.folder, "below", "one"), "12345");
    const waiting = rested(scratch.folder, { quietMs: 600, patienceMs: 20_000 });
    await sleep(300);
    writeFileSync(join(scratch.folder, "two"), "123");
    await expect(waiting).resolves.toEqual({ bytes: 8, files: 2 });
    expect(lookAt(scratch.folder)).toEqual({ bytes: 8, files: 2 });
  });
});

describe("a log", () => {
  it("is read for the last value of each key, whatever else is in it", () => {
    using scratch = new Scratch();
    const writer = "0123456789ab";
    const frames = [
      `00000000 head ${writer} 0 {"format":1}`,
      `00000000 data ${writer} 1 ${save("a", 1)}`,
      "a torn li",
      `00000000 data ${writer} 2 ${save("b", 2)}`,
      `00000000 data ${writer} 3 ${save("a", 3)}`,
      `00000000 data ${writer} 4 {"kind":"flushed"}`,
    ];
    writeFileSync(join(scratch.folder, "segment"), `\n${frames.join("\n\n")}\n`);
    expect([...readLog(scratch.folder)]).toEqual([
      ["a", 3],
      ["b", 2],
    ]);
  });
});

describe("a backlog", () => {
  it("is what health says of it, and no number where it says nothing", () => {
    expect(toBacklog({ unflushedEntries: 3, unflushedBytes: 700 })).toEqual({
      entries: 3,
      bytes: 700,
    });
    expect(toBacklog({ entries: 3 })).toEqual({ entries: Number.NaN, bytes: Number.NaN });
  });
});
