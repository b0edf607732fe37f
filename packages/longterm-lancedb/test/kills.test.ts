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

/** Where a process dies: at its n-th call of this kind, before it has an effect. */
const POINTS: readonly (readonly [string, number])[] = [
  ["fdatasync", 3],
  ["fsync", 9],
  ["fsync", 31],
  ["rename", 2],
  ["renameat", 3],
  ["linkat", 3],
  ["linkat", 6],
  ["unlink", 9],
];

describe("a process that dies at a system call", () => {
  it("of a save, a flush or an erasure does each wholly or not at all", async () => {
    const killed: string[] = [];
    for (const [call, nth] of HAS_STRACE ? POINTS : []) {
      const uri = await storeFolder();
      await using made = createLanceDbStore({ uri });
      await made.save(scope, [write("z", { value: "z" })]);
      await made.close();
      const kill = `inject=${call}:signal=KILL:when=${nth}`;
      const strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", kill];
      const child = new Child({ script: "save-and-flush", tracer: strace }, uri, "0");
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
    if (HAS_STRACE) expect(killed.length).toBeGreaterThan(POINTS.length / 2);
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
