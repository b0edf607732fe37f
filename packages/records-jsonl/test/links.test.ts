import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, record } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

describe("a link", () => {
  it("in an agent's place is neither written through nor read", async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.dir, "records");
    const target = join(folder.dir, "target");
    const planted = `${JSON.stringify(record(1))}\n`;
    await mkdir(dir);
    await writeFile(target, planted);
    await symlink(target, join(dir, "strategy.jsonl"));

    await using store = createJsonlRecords({ dir });
    const refusal = { code: "MEM_CORRUPT", outcome: "not-applied" };
    await expect(store.append([record(2)])).rejects.toMatchObject(refusal);
    expect(await readFile(target, "utf8")).toBe(planted);
    await expect(idsOf(store, { agentId: "strategy" })).rejects.toMatchObject(refusal);

    await store.append([record(3, { agentId: "content" })]);
    expect(await idsOf(store)).toEqual(["record-3"]);
    const { status, messages } = await store.health();
    expect(status).toBe("degraded");
    expect(messages).toEqual(["strategy.jsonl was skipped: not a regular file"]);
  });

  it("in a tenant's place leads into no other tenant's folder", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using store = createJsonlRecords({ dir });
    await store.append([record(1, { tenantId: "acme" })]);
    await symlink(join(dir, "@acme"), join(dir, "@globex"));
    const refusal = { code: "MEM_CORRUPT" };
    await expect(store.append([record(2, { tenantId: "globex" })])).rejects.toMatchObject(refusal);
    await expect(idsOf(store, {}, "globex")).rejects.toMatchObject(refusal);
    expect(await idsOf(store, {}, "acme")).toEqual(["record-1"]);
  });

  it("may be the folder itself, which is its owner's to choose", async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.dir, "disk"));
    await symlink(join(folder.dir, "disk"), join(folder.dir, "records"));
    await using store = createJsonlRecords({ dir: join(folder.dir, "records") });
    await store.append([record(1)]);
    expect(await idsOf(store)).toEqual(["record-1"]);
  });
});

describe.each([
  ["a folder", (path: string) => mkdir(path)],
  ["a pipe", (path: string) => promisify(execFile)("mkfifo", [path])],
])("%s in an agent's place", (_, make) => {
  it("is refused, and the other agents are served", async () => {
    await using folder = await temporaryFolder();
    await make(join(folder.dir, "strategy.jsonl"));
    await using store = createJsonlRecords({ dir: folder.dir });
    const refusal = { code: "MEM_CORRUPT", outcome: "not-applied", retryable: false };
    await expect(store.append([record(1)])).rejects.toMatchObject(refusal);
    await expect(idsOf(store, { agentId: "strategy" })).rejects.toMatchObject(refusal);
    await store.append([record(2, { agentId: "content" })]);
    expect(await idsOf(store)).toEqual(["record-2"]);
  });
});

describe("a file in a tenant's place", () => {
  it("is refused for good: no later call would fare better", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.dir, "@acme"), "");
    await using store = createJsonlRecords({ dir: folder.dir });
    const refusal = { code: "MEM_UNAVAILABLE", outcome: "not-applied", retryable: false };
    await expect(store.append([record(1, { tenantId: "acme" })])).rejects.toMatchObject(refusal);
    await expect(idsOf(store, {}, "acme")).rejects.toMatchObject(refusal);
  });
});
