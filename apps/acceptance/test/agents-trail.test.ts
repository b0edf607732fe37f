import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BaseAgent, type RunContext } from "@mem/agent";
import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager, redactSecrets } from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import { createJsonlRecords, type JsonlRecords } from "@mem/records-jsonl";
import { withSession } from "@mem/session";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const ANNA = "customer:anna";

let folder: string;
let records: JsonlRecords;
let memory: MemoryManager;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-agents-trail-"));
  // Uncompressed, so that the files can be searched.
  records = createJsonlRecords({
    dir: join(folder, "records"),
    key: "a key of more than sixteen bytes",
    compress: false,
  });
  memory = new MemoryManager({
    shortTerm: createMemoryBackend(),
    longTerm: createJsonStore({ path: join(folder, "memory.json") }),
    records,
    redact: redactSecrets(),
  });
});
afterEach(async () => {
  await memory.close();
  await rm(folder, { recursive: true });
});

/** Remembers what a customer likes, and answers. */
class Support extends BaseAgent<{ from: string; wish: string }, string> {
  protected override async run(
    { from, wish }: { from: string; wish: string },
    { subject, signal }: RunContext,
  ): Promise<string> {
    if (wish === "for ever") {
      await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      // Cleans up: its session still exists.
      await this.saveToMemory("unanswered", wish);
      throw signal?.reason;
    }
    if (wish === "a refund") throw new RangeError(`no refund for ${from}`);
    await this.saveToMemory(`likes ${wish}`, wish, {
      memoryType: "long_term",
      ...(subject !== undefined && { subject }),
    });
    return `${from} gets ${wish}; used sk-proj-${"a1B2".repeat(8)}`;
  }
}

/** A session in which the runs of one agent succeed, fail and are aborted. */
async function serve(): Promise<void> {
  const options = { memory, workflowId: "spring", recordAs: "desk" };
  await withSession(options, async (session) => {
    const agent = new Support({ agentId: "support", home: session });
    await agent.execute({ from: "anna@example.com", wish: "marzipan" }, { subject: ANNA });
    await agent.execute({ from: "ben@example.com", wish: "nougat" }, { subject: "customer:ben" });
    const refused = agent.execute(
      { from: "anna@example.com", wish: "a refund" },
      { subject: ANNA },
    );
    await expect(refused).rejects.toThrow("no refund");
    const leaving = new AbortController();
    const waiting = agent.execute(
      { from: "ben@example.com", wish: "for ever" },
      { subject: "customer:ben", signal: leaving.signal },
    );
    leaving.abort(new Error("they hung up"));
    await expect(waiting).rejects.toMatchObject({ code: "MEM_ABORTED" });
  });
}

async function allText(): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const read = files.map(({ parentPath, name }) => readFile(join(parentPath, name), "latin1"));
  return (await Promise.all(read)).join("\n");
}

const statuses = async (agentId: string): Promise<string[]> => {
  const found = memory.getExecutionRecords({ agentId, workflowId: "spring", order: "oldest" });
  return (await Array.fromAsync(found)).map(({ status }) => status);
};

describe("a team that works in a recorded session", () => {
  it("leaves a trail of every run, without secrets, that holds", async () => {
    await serve();
    expect(await statuses("desk")).toEqual(["started", "success"]);
    expect(await statuses("support")).toEqual(
      ["success", "success", "error", "cancelled"].flatMap((end) => ["started", end]),
    );
    expect(await memory.getExecutionStats({ agentId: "support" })).toMatchObject([
      { records: 8, errorRate: 0.25, statuses: { started: 4, cancelled: 1 } },
    ]);
    expect(await records.verify()).toMatchObject({ ok: true, records: 10, erased: 0 });
    const text = await allText();
    expect(text).toContain("[redacted e-mail address]");
    expect(text).toContain("[redacted API key]");
    expect(text).not.toMatch(/example\.com|sk-proj/);
  });

  it("forgets a person in every store when it is asked to, and the trail still holds", async () => {
    await serve();
    const { anchor } = await records.verify();
    expect(await allText()).toContain("marzipan");
    const expected = { records: 4, entries: [{ agentId: "support", key: "likes marzipan" }] };
    expect(await memory.erase({ subject: ANNA }, { dryRun: true })).toMatchObject(expected);
    expect(await memory.erase({ subject: ANNA })).toMatchObject(expected);
    const text = await allText();
    expect(text).not.toMatch(/marzipan|customer:anna/);
    expect(text).toContain("nougat");
    expect(await records.verify({ anchor })).toMatchObject({ ok: true, records: 6, erased: 4 });
    expect(await statuses("support")).toEqual(["started", "success", "started", "cancelled"]);

    await memory.close();
    records = createJsonlRecords({ dir: join(folder, "records"), key: "a key of another owner" });
    memory = new MemoryManager({ shortTerm: createMemoryBackend(), records });
    expect((await records.verify({ anchor })).ok).toBe(false);
  });
});
