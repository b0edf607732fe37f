import type { AgentMemory, MemoryManager } from "@mem/core";
import { createSession, type Claim, type SessionContext } from "@mem/session";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { stacks, type Stack } from "./stacks.ts";

const lost = { code: "MEM_CONFLICT", retryable: false, outcome: "not-applied" };

describe.each(stacks)("a claimed step on $name", (kind) => {
  let stack: Stack;
  let memory: MemoryManager;
  let session: SessionContext;
  beforeEach(async () => {
    stack = await kind.open();
    ({ memory } = stack);
    session = await createSession({ memory, workflowId: "w", keepConversation: true });
  });
  afterEach(() => stack[Symbol.asyncDispose]());
  afterAll(() => kind.close());

  async function claim(): Promise<Claim> {
    const claimed = await session.claim("draft", { ttl: 60, agentId: "writer" });
    expect(claimed).toBeDefined();
    return claimed as Claim;
  }

  /** Stores something for each write to change; resolves with the id of a message. */
  async function seed(): Promise<string> {
    const items = ["k", "k1", "k2", "p1"].map((key) => ({ key, value: "as it was" }));
    for (const memoryType of ["short_term", "long_term"] as const) {
      await session.forAgent("writer").saveMany(items, { memoryType });
      await session.team.saveMany(items, { memoryType });
    }
    return (await session.addConversationMessage({ role: "user", content: "a word" })).id;
  }

  /** Everything that a write could change. */
  async function state(): Promise<unknown> {
    // Vectors are made after the save, and change the scores of a search.
    await memory.flush();
    const entries = [session.forAgent("writer"), session.team].flatMap((each) => [
      Array.fromAsync(each.list()),
      Array.fromAsync(each.list({ memoryType: "long_term" })),
    ]);
    return {
      // Each read extends the expiry.
      entries: (await Promise.all(entries)).flat().map((entry) => ({ ...entry, expiresAt: 0 })),
      history: await session.getConversationHistory(),
      kept: await session.searchConversation("word"),
      records: await Array.fromAsync(memory.getExecutionRecords()),
    };
  }

  it("is written to by who holds it, and by nobody whose claim has lapsed", async () => {
    const stale = await claim();
    for (const write of writes(stale, await seed())) await write();
    const id = await seed();
    stack.advance(61);
    const before = await state();
    for (const write of writes(stale, id)) await expect(write()).rejects.toMatchObject(lost);
    const next = await claim();
    for (const write of writes(stale, id)) await expect(write()).rejects.toMatchObject(lost);
    expect(await state()).toEqual(before);

    expect(await next.team.save("by", "the next one")).toBe(true);
    expect(await next.deleteMessage(id)).toBe(true);
    await next.complete();
    const done = await state();
    for (const write of writes(next, id)) await expect(write()).rejects.toMatchObject(lost);
    expect(await state()).toEqual(done);
    expect(await session.claim("draft", { ttl: 60 })).toBeUndefined();
  });

  it("leaves no record by who holds it no more, unless it is told as the session's", async () => {
    const workflow = await memory.startWorkflow("w", { join: "must-exist" });
    const stale = await claim();
    const claimed = workflow.claimed(stale);
    await claimed.addRecord("writer", { status: "success" });
    stack.advance(61);
    await expect(claimed.addRecord("writer", { status: "success" })).rejects.toMatchObject(lost);
    // The outcome of a run is recorded in any case.
    await stale.saveExecutionRecord("writer", { status: "error", error: "too slow" });
    const records = await Array.fromAsync(memory.getExecutionRecords({ order: "oldest" }));
    expect(records.map(({ status }) => status)).toEqual(["success", "error"]);
  });
});

/** A write of every kind; each changes something if it is allowed to. */
function writes(claim: Claim, messageId: string): (() => Promise<unknown>)[] {
  const message = { agentId: "writer", role: "assistant", content: "another word" } as const;
  return [
    ...[claim.forAgent("writer"), claim.team].flatMap(memoryWrites),
    async () => claim.addConversationMessage(message),
    async () => claim.editMessage(messageId, { content: "the last word" }),
    async () => claim.deleteMessage(messageId),
  ];
}

function memoryWrites(memory: AgentMemory): (() => Promise<unknown>)[] {
  const both = (["short_term", "long_term"] as const).flatMap((memoryType) => [
    async () => memory.save("k", 1, { memoryType }),
    async () =>
      memory.saveMany(
        [
          { key: "k1", value: 1 },
          { key: "k2", value: 2 },
        ],
        { memoryType },
      ),
    async () => memory.update("k", () => "changed", { memoryType }),
    async () => memory.delete("k1", { memoryType }),
    async () => memory.deleteMany(["k2"], { memoryType }),
    async () => memory.deleteMany({ prefix: "p" }, { memoryType }),
  ]);
  return [...both, async () => memory.increment("count"), async () => memory.save("last", 1)];
}
