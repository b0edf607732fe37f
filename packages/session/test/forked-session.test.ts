import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager } from "@mem/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSession, type SessionContext } from "../src/index.ts";

let memory: MemoryManager;
let session: SessionContext;
beforeEach(async () => {
  memory = new MemoryManager({ shortTerm: createMemoryBackend() });
  session = await createSession({ memory, workflowId: "w" });
  for (const content of ["a", "b", "c"]) {
    await session.addConversationMessage({ id: content, role: "user", content });
  }
});
afterEach(() => memory.close());

async function contents(of: SessionContext): Promise<unknown[]> {
  return (await of.getConversationHistory()).map(({ content }) => content);
}

describe("a forked session", () => {
  it("begins with the same conversation, and goes its own way", async () => {
    await using fork = await session.fork({ workflowId: "w2" });
    expect(await fork.getConversationHistory()).toEqual(await session.getConversationHistory());
    await fork.addConversationMessage({ role: "user", content: "d" });
    await session.deleteMessage("a");
    expect(await contents(fork)).toEqual(["a", "b", "c", "d"]);
    expect(await contents(session)).toEqual(["b", "c"]);
    expect(await session.team.save("k", 1)).toBe(true);
    expect(await fork.team.retrieve("k")).toBeUndefined();
  });

  it("begins with its beginning where that is asked for", async () => {
    await using fork = await session.fork({ through: 2 });
    expect(await contents(fork)).toEqual(["a", "b"]);
    expect(fork.workflowId).not.toBe("w");
  });

  it("is its creator's to end, and takes its own options", async () => {
    const controller = new AbortController();
    const options = { metadata: { branch: 1 }, timeout: 60, signal: controller.signal };
    const fork = await session.fork({ workflowId: "w2", ...options });
    expect(fork.created).toBe(true);
    expect(await fork.getSessionSummary()).toMatchObject({ metadata: { branch: 1 }, timeout: 60 });
    controller.abort();
    await fork.endSession();
    expect(await memory.getStats()).toMatchObject({ activeSessions: 1 });
    expect(await contents(session)).toEqual(["a", "b", "c"]);
  });

  it("is refused where one of its name is live, or an option is none", async () => {
    await expect(session.fork({ workflowId: "w" })).rejects.toMatchObject({
      code: "MEM_SESSION_EXISTS",
    });
    await expect(session.fork({ join: "if-exists" } as object)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "options.join",
    });
  });
});
