import { appendFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, series } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const MEGABYTE = 2 ** 20;

/** Writes lines that nobody can read without the store's health reporting it. */
async function writeTripwires(path: string, bytes: number): Promise<void> {
  await writeFile(path, `${"x".repeat(99)}\n`.repeat(bytes / 100));
}

describe("a query reads no more than it must", () => {
  it("at the end of a file of 50 MB: less than the last megabyte", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, "strategy.jsonl");
    await writeTripwires(path, 49 * MEGABYTE);
    const lines = series(9000).map((each) => `${JSON.stringify(each)}\n`);
    expect(lines.join("").length).toBeLessThan(1.2 * MEGABYTE);
    await appendFile(path, lines.join(""));

    await using store = createJsonlRecords({ dir: folder.dir });
    const view = { order: "newest", limit: 100 } as const;
    const { items, cursor } = await store.query("default", view);
    expect(items.map(({ id }) => id)).toEqual(
      Array.from({ length: 100 }, (_, n) => `record-${8999 - n}`),
    );
    const next = await store.query("default", { ...view, cursor: cursor as string });
    expect(next.items[0]?.id).toBe("record-8899");
    expect(await store.health()).toMatchObject({ status: "ok" });
  });

  it("at the end of a file of a terabyte with a hole in it", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, "strategy.jsonl");
    await writeFile(path, "");
    await truncate(path, 2 ** 40);
    const lines = series(2000).map((each) => `${JSON.stringify(each)}\n`);
    await appendFile(path, `\n${lines.join("")}`);
    await using store = createJsonlRecords({ dir: folder.dir });
    const { items } = await store.query("default", { order: "newest", limit: 100 });
    expect(items).toHaveLength(100);
  });

  it("at the beginning of a file", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, "strategy.jsonl");
    await writeFile(
      path,
      series(2000)
        .map((each) => `${JSON.stringify(each)}\n`)
        .join(""),
    );
    await appendFile(path, "x\n".repeat(MEGABYTE));
    await using store = createJsonlRecords({ dir: folder.dir });
    const { items } = await store.query("default", { order: "oldest", limit: 100 });
    expect(items).toHaveLength(100);
    expect(await store.health()).toMatchObject({ status: "ok" });
  });

  it("in no other agent's and no other tenant's file", async () => {
    await using folder = await temporaryFolder();
    await using store = createJsonlRecords({ dir: folder.dir });
    await store.append(series(5));
    await store.append(series(5, { tenantId: "acme" }));
    await writeTripwires(join(folder.dir, "content.jsonl"), 1000);
    await writeTripwires(join(folder.dir, "@acme", "content.jsonl"), 1000);
    expect(await idsOf(store, { agentId: "strategy" })).toHaveLength(5);
    expect(await idsOf(store, { agentId: "strategy" }, "acme")).toHaveLength(5);
    expect(await store.health()).toMatchObject({ status: "ok" });

    expect(await idsOf(store, {}, "acme")).toHaveLength(5);
    const { details } = await store.health();
    expect(new Set((details["damage"] as { file: string }[]).map(({ file }) => file))).toEqual(
      new Set(["@acme/content.jsonl"]),
    );
  });
});
