import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager, redactSecrets } from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import { createJsonlRecords, type JsonlRecords } from "@mem/records-jsonl";
import { withSession } from "@mem/session";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const KEY = "a key of more than sixteen bytes";
const WRITER = join(import.meta.dirname, "trail-writer.ts");
const run = promisify(execFile);

let folder: string;
let dir: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-audit-trail-"));
  dir = join(folder, "records");
});
afterEach(() => rm(folder, { recursive: true }));

function open(): { readonly memory: MemoryManager; readonly records: JsonlRecords } {
  const records = createJsonlRecords({ dir, key: KEY, rotate: { bytes: 20_000 } });
  const memory = new MemoryManager({
    shortTerm: createMemoryBackend(),
    longTerm: createJsonStore({ path: join(folder, "memory.json") }),
    records,
    redact: redactSecrets(),
  });
  return { memory, records };
}

/** The text of all files in the folder, with segments decompressed. */
async function allText(): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const texts = files.map(async ({ parentPath, name }) => {
    const bytes = await readFile(join(parentPath, name));
    return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1");
  });
  return (await Promise.all(texts)).join("\n");
}

/** Runs three processes that write the records of one agent at once. */
async function writeFromProcesses(count: number): Promise<void> {
  const args = ["--conditions=@mem/source", WRITER, dir, KEY, String(count)];
  await Promise.all(["a", "b", "c"].map((name) => run(process.execPath, [...args, name])));
}

describe("an audit trail that several processes write", () => {
  it("has every acknowledged record once, each process's in its order, over all segments", async () => {
    await writeFromProcesses(150);
    const { memory, records } = open();
    await using _ = memory;
    const found = await Array.fromAsync(memory.getExecutionRecords({ order: "oldest" }));
    for (const name of ["a", "b", "c"]) {
      const mine = found.filter(({ workflowId }) => workflowId === name);
      expect(mine.map(({ durationMs }) => durationMs)).toEqual(Array.from(Array(150).keys()));
    }
    expect(found).toHaveLength(450);
    expect((await readdir(dir)).length).toBeGreaterThan(3);
    expect(await memory.getExecutionStats()).toMatchObject([
      { agentId: "writer", records: 450, errorRate: 0, meanDurationMs: 74.5 },
    ]);
    expect(await records.verify()).toMatchObject({ ok: true, records: 450, erased: 0 });
  });

  it("shows who edited it, also to those who come later", async () => {
    await writeFromProcesses(10);
    const { memory, records } = open();
    await using _ = memory;
    const { anchor } = await records.verify();
    const file = join(dir, "writer.jsonl");
    const lines = (await readFile(file, "utf8")).split("\n");
    const edited = lines.with(6, lines[6]!.replace('"success"', '"error"'));
    await writeFile(file, edited.join("\n"));
    const changed = await records.verify();
    expect(changed.ok).toBe(false);
    expect(changed.agents[0]?.problems[0]).toMatchObject({ kind: "changed", line: 7 });
    expect(changed.agents[0]?.trusted.until).toMatchObject({ line: 7 });
    await writeFile(file, `${lines.slice(0, -4).join("\n")}\n`);
    expect((await records.verify({ anchor })).ok).toBe(false);
    await writeFile(file, lines.join("\n"));
    expect((await records.verify({ anchor })).ok).toBe(true);
  });
});

describe("a person's data in an audit trail", () => {
  it("are erased with all that is about them, and the chain still holds", async () => {
    await writeFromProcesses(60);
    const { memory, records } = open();
    await using _ = memory;
    await memory.save("writer", "taste", "marzipan", {
      memoryType: "long_term",
      subject: "person:7",
    });
    const { anchor } = await records.verify();
    const before = await Array.fromAsync(memory.getExecutionRecords({ order: "oldest" }));
    expect(await allText()).toContain("marzipan");

    const dry = await memory.erase({ subject: "person:7" }, { dryRun: true });
    const erased = await memory.erase({ subject: "person:7" });
    expect(dry).toMatchObject({ records: erased.records, entries: erased.entries });
    expect(erased).toMatchObject({ records: 18, entries: [{ agentId: "writer", key: "taste" }] });

    const left = await Array.fromAsync(memory.getExecutionRecords({ order: "oldest" }));
    expect(left).toEqual(before.filter(({ subject }) => subject !== "person:7"));
    expect(await allText()).not.toContain("marzipan");
    expect(await records.verify({ anchor })).toMatchObject({ ok: true, erased: 18 });
    expect(await memory.erase({ subject: "person:7" })).toMatchObject({ records: 0, entries: [] });
    await writeFromProcesses(5);
    expect(await records.verify()).toMatchObject({ ok: true });
  });

  it("are never written where they are redacted, whoever records", async () => {
    const { memory } = open();
    await using _ = memory;
    const secret = { authorization: "Bearer abc123def456", note: "write to anna@example.com" };
    await memory.forTenant("acme").saveExecutionRecord("writer", { status: "x", input: secret });
    const options = { memory, workflowId: "spring", recordAs: "team", metadata: secret };
    await withSession(options, async (session) => {
      await session.saveExecutionRecord("writer", {
        status: "error",
        error: new Error("anna@example.com"),
      });
    });
    const text = await allText();
    expect(text).toContain("[redacted e-mail address]");
    expect(text).not.toMatch(/abc123def456|anna@example/);
    const trail = await Array.fromAsync(
      memory.getExecutionRecords({ agentId: "team", order: "oldest" }),
    );
    expect(trail.map(({ status, workflowId }) => [status, workflowId])).toEqual([
      ["started", "spring"],
      ["success", "spring"],
    ]);
  });
});
