import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { createLanceDbStore } from "../src/index.ts";
import { Child } from "./child-process.ts";
import { openStore, scope, storeFolder, write } from "./fixtures.ts";
import { filesOf } from "./folder-bytes.ts";
import { Ledger } from "./ledger.ts";

const KILLS = 3;
const HAS_STRACE = spawnSync("strace", ["-V"]).status === 0;

describe("a process that is killed while it writes", () => {
  it("loses nothing that was acknowledged, and leaves a store that opens", async () => {
    const uri = await storeFolder();
    const ledger = new Ledger();
    for (let round = 0; round < KILLS; round++) {
      const children = ["a", "b"].map(
        (name) => new Child("save-forever", uri, String(round), name),
      );
      await Promise.all(children.map((child, i) => child.wrote(60 + 110 * ((round + i) % 3))));
      await Promise.all(children.map((child) => child.kill()));
      expect(children.map(({ errors }) => errors)).toEqual(["", ""]);
      await using store = createLanceDbStore({ uri });
      await ledger.settle(
        children.flatMap(({ lines }) => lines),
        store,
      );
      expect((await store.verify()).problems.filter(({ place }) => place)).toEqual([]);
    }
  }, 120_000);

  it("may be killed again while it makes that good", async () => {
    const uri = await storeFolder();
    const ledger = new Ledger();
    const first = new Child("save-forever", uri, "0", "a");
    await first.wrote(200);
    await first.kill();
    const lines = [...first.lines];
    for (let i = 0; i < 3; i++) {
      const next = new Child("save-forever", uri, "1", `b${i}`);
      await next.wrote(1 + i);
      await next.kill();
      lines.push(...next.lines);
    }
    const store = openStore(uri);
    await ledger.settle(lines, store);
    expect((await store.health()).status).toBe("ok");
  }, 60_000);
});

/**
 * Where a process is killed: at a call of this kind, before the call has an effect, after this share of the calls that
 * its busiest thread makes (strace counts for each thread).
 */
const POINTS: readonly (readonly [string, number])[] = [
  ["fdatasync", 0.4],
  ["fsync", 0.2],
  ["fsync", 0.4],
  ["rename", 0.4],
  ["renameat", 0.4],
  ["linkat", 0.2],
  ["linkat", 0.4],
  ["unlink", 0.4],
];

function underStrace(output: string, calls: readonly string[], inject?: string): readonly string[] {
  const injected = inject === undefined ? [] : ["-e", inject];
  return ["strace", "-f", "-qq", "-o", output, "-e", `trace=${calls.join(",")}`, ...injected];
}

/** How many calls of each kind the busiest thread makes if nothing kills the process. */
async function countCalls(): Promise<ReadonlyMap<string, number>> {
  const uri = await storeFolder();
  const output = `${uri}.trace`;
  const kinds = [...new Set(POINTS.map(([call]) => call))];
  const child = new Child(
    { script: "save-and-flush", tracer: underStrace(output, kinds) },
    uri,
    "0",
  );
  await child.ended();
  expect(child.errors).toBe("");
  const threads = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const [thread, call = ""] of (await readFile(output, "utf8")).matchAll(/^\d+ +(\w+)\(/gmu)) {
    const count = (threads.get(thread) ?? 0) + 1;
    threads.set(thread, count);
    counts.set(call, Math.max(counts.get(call) ?? 0, count));
  }
  return counts;
}

describe("a process that dies at a system call", () => {
  it("of a save, a flush or an erasure does each wholly or not at all", async () => {
    if (!HAS_STRACE) return;
    const counts = await countCalls();
    const killed: string[] = [];
    for (const [call, share] of POINTS) {
      const nth = Math.ceil((counts.get(call) ?? 1) * share);
      const uri = await storeFolder();
      await using made = createLanceDbStore({ uri });
      await made.save(scope, [write("z", { value: "z" })]);
      await made.close();
      const kill = `inject=${call}:signal=KILL:when=${nth}`;
      const tracer = underStrace("/dev/null", [call], kill);
      const child = new Child({ script: "save-and-flush", tracer }, uri, "0");
      await child.ended();
      expect(child.errors).toBe("");
      if (!child.lines.includes("end")) killed.push(`${call} ${nth}`);
      await using store = createLanceDbStore({ uri });
      await new Ledger().settle(["done z z", ...child.lines], store);
      await store.save(scope, [write("y", { value: "y" })]);
      await store.flush();
      expect(await store.count(scope)).toBeGreaterThan(1);
      expect((await store.verify()).problems.filter(({ place }) => place)).toEqual([]);
    }
    expect(killed.length).toBeGreaterThan(POINTS.length / 2);
  }, 120_000);
});

describe("what is published while the table is being compacted", () => {
  it("is on disk with every file that it builds on", async () => {
    const uri = await storeFolder();
    const trace = `${uri}.trace`;
    const strace = ["strace", "-f", "-qq", "-y", "-o", trace, "-e", "trace=fsync"];
    const tracer = HAS_STRACE ? strace : [];
    const child = new Child({ script: "publish-while-compacting", tracer }, uri);
    await child.ended();
    expect(child.errors).toBe("");
    if (HAS_STRACE) {
      const synced = await readFile(trace, "utf8");
      const files = [...(await filesOf(`${uri}/memory.lance/data`)).keys()];
      expect(files.length).toBeGreaterThan(4);
      const isLeft = (path: string): boolean => !synced.includes(`${basename(path)}>`);
      expect(files.filter((path) => !basename(path).startsWith(".tmp") && isLeft(path))).toEqual(
        [],
      );
    }
    const store = openStore(uri);
    expect(await store.count(scope)).toBe(15_001);
    expect((await store.verify()).problems).toEqual([]);
  }, 60_000);
});
