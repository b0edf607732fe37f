import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBackend } from "@mem/backend-memory";
import {
  createHashingEmbedder,
  createManualClock,
  MemoryError,
  MemoryManager,
  type Embedder,
  type LongTermStore,
  type ManualClock,
  type MemoryManagerOptions,
  type MessageHit,
  type ShortTermBackend,
} from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSession, withSession } from "../src/index.ts";

let folder: string;
let clock: ManualClock;
let shortTerm: ShortTermBackend;
let longTerm: LongTermStore;
let memory: MemoryManager;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-session-"));
  await open();
});
afterEach(async () => {
  await memory.close();
  await rm(folder, { recursive: true });
});

async function open(
  options: Partial<MemoryManagerOptions> & { readonly embedder?: Embedder } = {},
): Promise<void> {
  await memory?.close();
  const { embedder, ...rest } = options;
  clock = createManualClock();
  shortTerm = createMemoryBackend({ clock });
  longTerm = createJsonStore({
    path: join(folder, "long-term.json"),
    clock,
    ...(embedder && { embedder }),
  });
  memory = new MemoryManager({ shortTerm, longTerm, clock, ...rest });
}

const ids = (hits: readonly MessageHit[]): string[] => hits.map(({ id }) => id);
const kept = { keepConversation: true } as const;
const say = (id: string, content: string) => ({ id, role: "user", content }) as const;

describe("a conversation that is kept", () => {
  it("is found after the end of its session, by the memory and by a later session of the workflow", async () => {
    const message = {
      ...say("m-1", "The budget is 5,000"),
      agentId: "ann",
      metadata: { round: 1 },
    };
    await withSession({ memory, workflowId: "w", ...kept }, async (session) => {
      expect(session.keepsConversation).toBe(true);
      await session.addConversationMessage(message);
      expect(ids(await session.searchConversation("budget"))).toEqual(["m-1"]);
    });
    expect(await memory.getConversationHistory("w")).toEqual([]);
    const found = await memory.searchConversation("w", "budget");
    expect(found).toMatchObject([{ ...message, position: 1, timestamp: clock.now() }]);
    await using later = await createSession({ memory, workflowId: "w", ...kept });
    expect(await later.searchConversation("budget")).toEqual(found);
  });

  it("outlives the process", async () => {
    await withSession({ memory, workflowId: "w", ...kept }, async (session) => {
      await session.addConversationMessage(say("m-1", "The budget is 5,000"));
    });
    await open();
    expect(ids(await memory.searchConversation("w", "budget"))).toEqual(["m-1"]);
  });

  it("is kept whole, whatever the history forgets", async () => {
    await open({ maxConversationHistory: 2 });
    await using session = await createSession({ memory, workflowId: "w", ...kept });
    for (const n of [1, 2, 3, 4]) await session.addConversationMessage(say(`m-${n}`, `topic${n}`));
    expect(await session.getConversationHistory()).toHaveLength(2);
    expect(ids(await session.searchConversation("topic1", { neighbours: false }))).toEqual(["m-1"]);
  });

  it("answers as a live one does: the same messages, scores, passages and explanations", async () => {
    const said = [
      { ...say("a", "What do we spend on emails?"), metadata: { round: 1 } },
      { id: "b", role: "assistant", agentId: "ann", content: "Five thousand, on emails alone." },
      { id: "c", role: "tool", content: [{ type: "text", text: "emails: 5000" }] },
      say("d", "Five thousand on emails alone!"),
      say("e", "# Plan\n\n" + "No word of it. ".repeat(150) + "\n\n# Money\n\nEmails cost more."),
      say("f", "Thanks"),
    ];
    await using live = await createSession({ memory, workflowId: "live" });
    await using keeping = await createSession({ memory, workflowId: "keeping", ...kept });
    for (const message of said) {
      await live.addConversationMessage(message);
      await keeping.addConversationMessage(message);
      clock.advance(60_000);
    }
    for (const options of [
      {},
      { topK: 1 },
      { neighbours: false },
      { match: "all" },
      { phrases: ["on emails"] },
      { prefix: true },
      { collapse: true, neighbours: false },
      { recency: { halfLife: 100 } },
      { filterMetadata: { role: "user" } },
      { filterMetadata: { agentId: "ann" } },
      { minScore: 0.3 },
    ] as const) {
      const answer = await live.searchConversation("thousand emails", options);
      expect(answer.length).toBeGreaterThan(0);
      expect(await keeping.searchConversation("thousand emails", options)).toEqual(answer);
      expect(await memory.searchConversation("keeping", "thousand emails", options)).toEqual(
        answer,
      );
    }
  });

  it("is searched by vectors, too, where the store has an embedder", async () => {
    await open({ embedder: createHashingEmbedder() });
    await using session = await createSession({ memory, workflowId: "w", ...kept });
    await session.addConversationMessage(say("m-1", "The budget is 5,000"));
    await memory.flush();
    const [hit] = await session.searchConversation("budget", { mode: "vector" });
    expect(hit).toMatchObject({ id: "m-1", scores: { vector: expect.any(Number) } });
  });

  it("is kept by whoever speaks: who joined, and who speaks from outside", async () => {
    await using session = await createSession({ memory, workflowId: "w", ...kept });
    const member = await createSession({ memory, workflowId: "w", join: "must-exist" });
    expect(member.keepsConversation).toBe(true);
    await session.addConversationMessage(say("m-1", "budget of the first"));
    await member.addConversationMessage(say("m-2", "budget of the second"));
    await memory.addConversationMessage("w", say("m-3", "budget of the third"));
    const found = await memory.searchConversation("w", "budget");
    expect(ids(found).toSorted()).toEqual(["m-1", "m-2", "m-3"]);
  });

  it("turns up nowhere else: in no agent's or team's memory, workflow or tenant", async () => {
    await using session = await createSession({ memory, workflowId: "w", ...kept });
    await session.addConversationMessage({ ...say("m-1", "budget"), agentId: "ann" });
    const longTermOnly = { memoryType: "long_term" } as const;
    for (const agent of [session.team, session.forAgent("ann"), memory.forAgent("ann")]) {
      expect(await agent.search("budget")).toEqual([]);
      expect(await Array.fromAsync(agent.list(longTermOnly))).toEqual([]);
    }
    expect(await memory.searchSimilar("ann", "budget", { workflowId: "w" })).toEqual([]);
    expect(await memory.searchConversation("w2", "budget")).toEqual([]);
    expect(await memory.forTenant("acme").searchConversation("w", "budget")).toEqual([]);
    expect(await memory.getStats()).toMatchObject({ longTermEntries: 1 });
  });

  it("can't be added to by an agent, whatever its name", async () => {
    await using session = await createSession({ memory, workflowId: "w", ...kept });
    const value = { id: "x", role: "user", content: "transfer the budget" };
    await session.forAgent("mem:conversation").save("x", value, {
      memoryType: "long_term",
      metadata: { role: "user" },
    });
    expect(await session.searchConversation("budget")).toEqual([]);
  });
});

describe("a message that is kept", () => {
  it("is there once, however often it is added", async () => {
    await using session = await createSession({ memory, workflowId: "w", ...kept });
    await session.addConversationMessage(say("m-1", "budget"));
    await session.addConversationMessage(say("m-1", "budget"));
    await memory.addConversationMessage("w", say("m-1", "budget"));
    expect(await memory.searchConversation("w", "budget")).toHaveLength(1);
  });

  it("is another one in another session, also under the same id", async () => {
    for (const content of ["budget of Monday", "budget of Tuesday"]) {
      await withSession({ memory, workflowId: "w", ...kept }, async (session) => {
        await session.addConversationMessage(say("m-1", content));
      });
    }
    const found = await memory.searchConversation("w", "budget");
    expect(found.map(({ text }) => text).toSorted()).toEqual([
      "budget of Monday",
      "budget of Tuesday",
    ]);
  });

  it("borrows from those around it in its own session, not from those of another", async () => {
    for (const [n, ...contents] of [
      ["1", "What about the logo?", "Blue."],
      ["2", "Good morning", "What is for lunch?"],
    ] as const) {
      await withSession({ memory, workflowId: "w", ...kept }, async (session) => {
        for (const content of contents) {
          await session.addConversationMessage(say(`${n}: ${content}`, content));
        }
      });
    }
    expect(ids(await memory.searchConversation("w", "logo"))).toEqual([
      "1: What about the logo?",
      "1: Blue.",
    ]);
  });

  it("that could not be kept is told to be in the conversation, and is kept when it is added again", async () => {
    await using session = await createSession({ memory, workflowId: "w", ...kept });
    const save = longTerm.save.bind(longTerm);
    const cause = new MemoryError("MEM_CAPACITY", "the disk is full");
    longTerm.save = async () => Promise.reject(cause);
    const speakers = [
      async () => session.addConversationMessage(say("m-1", "budget")),
      async () => memory.addConversationMessage("w", say("m-1", "budget")),
    ];
    for (const add of speakers) {
      await expect(add()).rejects.toMatchObject({
        code: "MEM_CAPACITY",
        outcome: "unknown",
        retryable: true,
        message: expect.stringContaining('add it again as "m-1"'),
        cause,
      });
    }
    expect(ids((await session.getConversationHistory()) as MessageHit[])).toEqual(["m-1"]);
    expect(await session.searchConversation("budget")).toEqual([]);
    longTerm.save = save;
    await session.addConversationMessage(say("m-1", "budget"));
    expect(ids(await session.searchConversation("budget"))).toEqual(["m-1"]);
    expect(await session.getConversationHistory()).toHaveLength(1);
  });

  it("that could not be added is not kept", async () => {
    await using session = await createSession({ memory, workflowId: "w", ...kept });
    const append = shortTerm.append.bind(shortTerm);
    shortTerm.append = async () => Promise.reject(new MemoryError("MEM_UNAVAILABLE", "down"));
    await expect(session.addConversationMessage(say("m-1", "budget"))).rejects.toMatchObject({
      code: "MEM_UNAVAILABLE",
      outcome: "not-applied",
    });
    await expect(memory.addConversationMessage("w", say("m-1", "budget"))).rejects.toMatchObject({
      code: "MEM_UNAVAILABLE",
      outcome: "not-applied",
    });
    shortTerm.append = append;
    expect(await memory.searchConversation("w", "budget")).toEqual([]);
  });

  it("is erased with all that is about a person", async () => {
    await withSession({ memory, workflowId: "w", ...kept }, async (session) => {
      await session.addConversationMessage({ ...say("m-1", "budget"), subject: "person:7" });
      await session.addConversationMessage(say("m-2", "budget"));
    });
    expect((await memory.erase({ subject: "person:7" })).entries).toHaveLength(1);
    expect(ids(await memory.searchConversation("w", "budget"))).toEqual(["m-2"]);
  });
});

describe("the end of a conversation that is kept", () => {
  it("comes with the long-term memory of its workflow, and only then", async () => {
    const session = await createSession({ memory, workflowId: "w", ...kept });
    await session.addConversationMessage(say("m-1", "budget"));
    await memory.clearSession("w");
    expect(await memory.searchConversation("w", "budget")).toHaveLength(1);
    expect(await memory.clearSession("w", { longTerm: true })).toMatchObject({
      longTermEntries: 1,
    });
    expect(await memory.searchConversation("w", "budget")).toEqual([]);
  });
});
