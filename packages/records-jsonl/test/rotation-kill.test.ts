import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, record } from "./fixtures/records.ts";
import { runScript } from "./fixtures/run-script.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";
import { readTrail } from "./fixtures/trail.ts";

const ACROSS = 4;

/** Rotates in a process that is killed before its n-th step; if it completes, resolves with its number of steps. */
async function rotateUntil(dir: string, step: number): Promise<number | "killed"> {
  try {
    return Number(await runScript("dying-rotation.ts", [dir, String(step)]));
  } catch (error) {
    expect(error).toMatchObject({ signal: "SIGKILL" });
    return "killed";
  }
}

async function survive(step: number): Promise<void> {
  await using folder = await temporaryFolder();
  const dir = join(folder.dir, "records");
  {
    await using store = createJsonlRecords({ dir });
    await store.append([record(1), record(2)]);
  }
  expect(await rotateUntil(dir, step)).toBe("killed");
  const after = await readTrail(dir);
  expect(after.ids.filter((id) => id.startsWith("record"))).toEqual(["record-1", "record-2"]);

  // A killed process holds no lock and leaves nothing that keeps the next one from finishing.
  await using store = createJsonlRecords({ dir });
  await store.append([record(3)]);
  await store.flush();
  await store.rotate();
  const { ids, files, problems } = await readTrail(dir);
  expect(ids).toEqual(["record-1", "record-2", "record-3"]);
  expect(problems).toEqual([]);
  expect(files.slice(0, -1).every((name) => name.endsWith(".gz"))).toBe(true);
  expect(await idsOf(store)).toEqual(ids);
  expect(await store.health()).toMatchObject({ status: "ok" });
}

describe("a process that is killed while it rotates", () => {
  it(
    "at any step loses nothing, doubles nothing, and is gone on from",
    { timeout: 90_000 },
    async () => {
      await using folder = await temporaryFolder();
      const dir = join(folder.dir, "records");
      {
        await using store = createJsonlRecords({ dir });
        await store.append([record(1)]);
      }
      const steps = await rotateUntil(dir, Infinity);
      expect(steps).toBeGreaterThan(15);
      const all = Array.from({ length: steps as number }, (_, n) => n + 1);
      for (let n = 0; n < all.length; n += ACROSS) {
        await Promise.all(all.slice(n, n + ACROSS).map(survive));
      }
    },
  );
});
