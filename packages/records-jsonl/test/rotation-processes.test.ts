import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, record } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";
import { readTrail } from "./fixtures/trail.ts";
import { endOf, notedIds, startWriter } from "./fixtures/writer-process.ts";

async function segmentsIn(dir: string): Promise<number> {
  const names = await readdir(dir).catch(() => []);
  return names.filter((name) => name.includes("~")).length;
}

describe("several processes that write to one agent's file and rotate it", () => {
  it("store every record once, in chains without a gap", async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.dir, "records");
    const names = ["a", "b", "c"];
    const writers = names.map((name) =>
      startWriter({
        dir,
        name,
        count: 600,
        outputBytes: 300,
        concurrency: 16,
        durability: "process",
        notes: join(folder.dir, name),
        rotateBytes: 20_000,
      }),
    );
    expect(await Promise.all(writers.map(endOf))).toEqual([0, 0, 0]);
    await using store = createJsonlRecords({ dir });
    await store.append([record(0, { id: "last" })]);
    await store.flush();

    const { ids, files, problems } = await readTrail(dir);
    const expected = names.flatMap((name) => Array.from({ length: 600 }, (_, n) => `${name}-${n}`));
    expect(ids.toSorted()).toEqual([...expected, "last"].toSorted());
    expect(problems).toEqual([]);
    expect(files.length).toBeGreaterThan(1);
    expect(await idsOf(store)).toEqual(ids);
    expect(await store.health()).toMatchObject({ status: "ok" });
  });

  it("lose nothing that was acknowledged when they are killed again and again", async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.dir, "records");
    for (let life = 0; life < 4; life++) {
      const writers = ["a", "b"].map((name) => {
        const notes = join(folder.dir, `${name}${life}`);
        const task = {
          dir,
          name: `${name}${life}`,
          // More than it can write: it is killed while it writes.
          count: 100_000_000,
          outputBytes: 300,
          concurrency: 16,
        };
        // A writer that waits for the disk leaves the rotation time to keep up, however busy the machine is.
        const child = startWriter({ ...task, durability: "disk", notes, rotateBytes: 20_000 });
        return { child, notes };
      });
      for (const { child, notes } of writers) {
        while ((await notedIds(notes)).length < 50 || (await segmentsIn(dir)) <= life) {
          expect(child.exitCode).toBeNull();
          await delay(5);
        }
      }
      for (const { child } of writers) {
        child.kill("SIGKILL");
        expect(await endOf(child)).toBe("SIGKILL");
      }
    }
    await using store = createJsonlRecords({ dir });
    await store.append([record(0, { id: "last" })]);
    await store.flush();
    const { ids, problems } = await readTrail(dir);
    const stored = new Set(ids);
    expect(stored.size).toBe(ids.length);
    expect(problems).toEqual([]);
    for (let life = 0; life < 4; life++) {
      for (const name of ["a", "b"]) {
        const acknowledged = await notedIds(join(folder.dir, `${name}${life}`));
        expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
      }
    }
    expect(await idsOf(store)).toEqual(ids);
  });
});

describe("a process that is paused while it has the lock", () => {
  it("keeps nobody from appending, and goes on when it is woken", async () => {
    await using folder = await temporaryFolder();
    const script = fileURLToPath(new URL("fixtures/hold-lock.ts", import.meta.url));
    await using store = createJsonlRecords({
      dir: folder.dir,
      durability: "process",
      rotate: { bytes: 1000 },
    });
    await store.append([record(0)]);
    const holder = spawn(process.execPath, ["--conditions=@mem/source", script, folder.dir], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    holder.kill("SIGSTOP");
    for (let n = 1; n < 50; n++) await store.append([record(n)]);
    await store.flush();
    expect((await readTrail(folder.dir)).files).toEqual(["strategy.jsonl"]);
    expect(await store.health()).toMatchObject({ status: "ok" });

    holder.kill("SIGCONT");
    holder.stdin.end();
    await once(holder, "exit");
    const deadline = Date.now() + 5000;
    while ((await readTrail(folder.dir)).files.length < 2 && Date.now() < deadline) await delay(20);
    await store.flush();
    const { ids, problems, files } = await readTrail(folder.dir);
    expect(files.length).toBe(2);
    expect(ids).toEqual(Array.from({ length: 50 }, (_, n) => `record-${n}`));
    expect(problems).toEqual([]);
  });
});
