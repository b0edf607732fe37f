import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager } from "@mem/core";
import { expect, it } from "vitest";
import { createSession, withSession, type Claim } from "../src/index.ts";

it.each([
  ["that are none", null, "options"],
  ["with a name that nobody reads", { singal: undefined }, "options.singal"],
])("options %s are refused by every call of a session and of a claim", async (_, given, path) => {
  await using memory = new MemoryManager({ shortTerm: createMemoryBackend() });
  await using session = await createSession({ memory, workflowId: "w" });
  await using claim = (await session.claim("step", { ttl: 60 })) as Claim;
  const options = given as never;
  const calls = [session, claim].flatMap((home): Promise<unknown>[] => [
    home.addConversationMessage({ role: "user", content: "x" }, options),
    home.editMessage("m", { content: "y" }, options),
    home.deleteMessage("m", options),
    home.saveExecutionRecord("a", { status: "success" }, options),
  ]);
  calls.push(
    session.saveAgentMemory("a", "k", 1, options),
    session.retrieveAgentMemory("a", "k", options),
    session.promote("a", "k", options),
    session.claim("other", options),
    session.fork(options),
    session.getConversationHistory(options),
    session.searchConversation("words", options),
    session.getContext(options),
    (async () => session.watch(options))(),
    createSession(options),
  );
  calls.push(claim.renew(options), claim.complete(options), claim.release(options));
  for (const call of await Promise.allSettled(calls)) {
    expect(call).toMatchObject({ reason: { code: "MEM_INVALID_ARGUMENT", path } });
  }
});

it.each<[string, (home: object) => Promise<unknown>, string]>([
  [
    "of a session",
    (home) => createSession({ ...home, workflowID: "w" } as never),
    "memory, workflowId, metadata, timeout, keepConversation, recordAs, autoCleanup, language, signals, signal, join",
  ],
  [
    "of a fork",
    async (home) => {
      await using session = await createSession(home as never);
      return session.fork({ workflowID: "w" } as never);
    },
    "workflowId, metadata, timeout, keepConversation, recordAs, autoCleanup, language, signals, signal, through",
  ],
])("a slip in an option %s is answered with all that there are", async (_, call, names) => {
  await using memory = new MemoryManager({ shortTerm: createMemoryBackend() });
  await expect(call({ memory })).rejects.toThrow(
    `options.workflowID is not an option; there are ${names}`,
  );
});

it("a session without a body to run in it is not started", async () => {
  await using memory = new MemoryManager({ shortTerm: createMemoryBackend() });
  const run = withSession({ memory, workflowId: "w" }, undefined as never);
  await expect(run).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT", path: "body" });
  expect((await memory.getStats()).activeSessions).toBe(0);
});
