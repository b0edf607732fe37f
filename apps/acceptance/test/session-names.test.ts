import type { MemoryManager } from "@mem/core";
import { createSession, type SessionContext } from "@mem/session";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { stacks, type Stack } from "./stacks.ts";

/** Names that tend to break separators, patterns, paths, prototypes and encodings. */
const NAMES = [
  "a",
  "a:b",
  "a:b:c",
  "b:c",
  ":",
  "..",
  "../a",
  "/etc/passwd",
  "%3A",
  "'; --",
  '"',
  "\0",
  "a\0b",
  "\n",
  " ",
  "*",
  "a*",
  "{}",
  "}{",
  "{a}:c",
  "1",
  "10",
  "c:1",
  "__proto__",
  "constructor",
  "é",
  "e\u0301",
  "日本語",
  "👩‍👩‍👧",
  "x".repeat(500),
];

describe.each(stacks)("names in a session on $name", (kind) => {
  let stack: Stack;
  let memory: MemoryManager;
  beforeEach(async () => {
    stack = await kind.open();
    ({ memory } = stack);
  });
  afterEach(() => stack[Symbol.asyncDispose]());
  afterAll(() => kind.close());

  it("may be anything, whatever they name, and no two are taken for one", async () => {
    const sessions = await Promise.all(
      NAMES.map(async (workflowId) =>
        createSession({ memory, workflowId, keepConversation: true }),
      ),
    );
    // All at once, so that an effect of one on another shows.
    await Promise.all(sessions.map(async (session) => useAs(session, session.workflowId)));
    await Promise.all(sessions.map(async (session) => expectUsedAs(session, session.workflowId)));
    for (const name of NAMES) {
      const promoted = await Array.fromAsync(memory.list(name, { memoryType: "long_term" }));
      expect(promoted).toMatchObject([{ key: name, value: name, source: "promotion" }]);
    }
    expect(await memory.getStats()).toMatchObject({ activeSessions: 2 * NAMES.length });
    for (const name of NAMES) {
      await memory.clearSession(`${name} forked`);
      expect(await memory.clearSession(name, { longTerm: true })).toEqual({
        shortTermEntries: 1,
        messages: 2,
        longTermEntries: 2,
      });
    }
    expect(await memory.getStats()).toMatchObject({
      activeSessions: 0,
      shortTermEntries: 0,
      longTermEntries: NAMES.length,
    });
  });

  it("are told apart within one session", async () => {
    await using session = await createSession({ memory, workflowId: "w" });
    await Promise.all(
      NAMES.map(async (name) => {
        const claim = await session.claim(name, { ttl: 60, agentId: name });
        await claim?.forAgent(name).save("k", name);
        await claim?.team.save(name, name);
        await claim?.addConversationMessage({ id: name, role: "user", content: name });
      }),
    );
    const { claims } = await session.getSessionSummary();
    expect(claims.map(({ step }) => step).toSorted()).toEqual(NAMES.toSorted());
    await Promise.all(
      NAMES.map(async (name) => {
        const watch = session.watch({ key: name });
        expect((await watch.next()).value?.entry?.value).toBe(name);
        await watch.return?.();
        expect(await session.retrieveAgentMemory(name, "k")).toBe(name);
        expect(await session.editMessage(name, { content: [name] })).toMatchObject({
          id: name,
          content: [name],
        });
      }),
    );
    for (const name of NAMES) expect(await session.deleteMessage(name)).toBe(true);
    expect(await session.getConversationHistory()).toEqual([]);
  });

  it.each(["", "\uD800", 7, null])("are refused where they are none: %j", async (bad) => {
    await using session = await createSession({ memory, workflowId: "w" });
    await session.saveAgentMemory("a", "k", 1);
    const name = bad as string;
    const refusals: [path: string, call: () => unknown][] = [
      ["step", async () => session.claim(name, { ttl: 60 })],
      ["options.agentId", async () => session.claim("step", { ttl: 60, agentId: name })],
      ["key", async () => session.watch({ key: name }).next()],
      ["options.agentId", async () => session.watch({ key: "k", agentId: name }).next()],
      ["agentId", async () => session.promote(name, "k")],
      ["key", async () => session.promote("a", name)],
      ["options.as", async () => session.promote("a", "k", { as: name })],
      ["id", async () => session.editMessage(name, { content: "x" })],
      ["id", async () => session.deleteMessage(name)],
      ["workflowId", async () => session.fork({ workflowId: name })],
    ];
    for (const [path, call] of refusals) {
      await expect(call()).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT", path });
    }
    expect((await session.getSessionSummary()).claims).toEqual([]);
    expect(await memory.getStats()).toMatchObject({ activeSessions: 1, longTermEntries: 0 });
  });
});

/** Uses a name for everything that has one. */
async function useAs(session: SessionContext, name: string): Promise<void> {
  const claim = await session.claim(name, { ttl: 60, agentId: name });
  await claim?.forAgent(name).save(name, name);
  await session.promote(name, name);
  const toolCalls = [{ id: name, name }];
  const call = { id: name, agentId: name, role: "assistant", content: "", toolCalls };
  await session.addConversationMessage(call);
  await session.addConversationMessage({ role: "tool", content: name, toolCallId: name });
  await session.editMessage(name, { content: name });
  await session.fork({ workflowId: `${name} forked` });
}

async function expectUsedAs(session: SessionContext, name: string): Promise<void> {
  const watch = session.watch({ agentId: name, key: name });
  expect((await watch.next()).value?.entry?.value).toBe(name);
  await watch.return?.();
  expect(await session.team.retrieve(name)).toBeUndefined();
  expect(await session.getConversationHistory()).toMatchObject([
    { id: name, agentId: name, content: name, toolCalls: [{ id: name }] },
    { role: "tool", content: name, toolCallId: name },
  ]);
  const { messages } = await session.getContext({ maxTokens: 10_000 });
  expect(messages).toHaveLength(2);
  expect(await session.getSessionSummary()).toMatchObject({
    workflowId: name,
    claims: [{ step: name, agentId: name }],
    memory: { entries: 1, messages: 2 },
  });
}
