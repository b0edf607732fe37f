import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { filesWith } from "./fixtures/files-with.ts";
import { idsOf, record, series } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";
import { endOf, notedIds, startWriter } from "./fixtures/writer-process.ts";

const SECRET = "the words of Ada";
const script = fileURLToPath(new URL("fixtures/eraser.ts", import.meta.url));
/** When the eraser is killed, in milliseconds after it has begun. */
const MOMENTS = [0, 3, 6, 9, 12, 16, 20, 26, 34, 45];

describe("kill -9 while erasing", () => {
  it("leaves a trail that holds, and asking again goes on", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using store = createJsonlRecords({ dir, durability: "process" });
    const expected: string[] = [];
    for (const [round, moment] of MOMENTS.entries()) {
      for (let segment = 0; segment < 3; segment++) {
        const first = round * 300 + segment * 100;
        const records = series(100).map((each, n) => ({
          ...each,
          id: `record-${first + n}`,
          ...(n % 4 === 0 && { subject: "ada", output: `${SECRET} ${n}` }),
        }));
        expected.push(...records.filter((_, n) => n % 4 !== 0).map(({ id }) => id));
        await store.append(records);
        if (segment < 2) await store.rotate();
      }
      const args = ["--conditions=@mem/source", script, dir, "ada"];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      await once(child.stdout, "data");
      await delay(moment);
      child.kill("SIGKILL");
      await endOf(child);
      const between = await store.verify();
      expect(between.agents[0]?.problems).toEqual([]);

      await store.erase({ tenantId: "default", subject: "ada" });
      expect(await filesWith(dir, SECRET)).toEqual([]);
      expect((await store.verify()).agents[0]?.problems).toEqual([]);
    }
    expect(await idsOf(store)).toEqual(expected);
  }, 60_000);
});

describe("erasing while several processes append", () => {
  it("loses nothing that was acknowledged", async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.dir, "records");
    await using store = createJsonlRecords({ dir, durability: "process" });
    const writers = ["one", "two"].map((name) => {
      const notes = join(folder.dir, `notes-${name}`);
      const task = { dir, name, count: 3000, outputBytes: 100, concurrency: 8, notes };
      return { notes, child: startWriter({ ...task, durability: "process" }) };
    });
    for (let n = 0; n < 8; n++) {
      await store.append([record(n, { id: `ada-${n}`, subject: "ada", output: SECRET })]);
      expect(await store.erase({ tenantId: "default", subject: "ada" })).toEqual([`ada-${n}`]);
    }
    for (const { child } of writers) expect(await endOf(child)).toBe(0);
    const ids = await idsOf(store);
    const stored = new Set(ids);
    expect(stored.size).toBe(ids.length);
    for (const { notes } of writers) {
      const acknowledged = await notedIds(notes);
      expect(acknowledged).toHaveLength(3000);
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    }
    expect(await filesWith(dir, SECRET)).toEqual([]);
    expect((await store.verify()).agents[0]?.problems).toEqual([]);
  }, 60_000);
});
