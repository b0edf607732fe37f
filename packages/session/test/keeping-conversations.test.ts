import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager, type ShortTermBackend } from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSession } from "../src/index.ts";

let folder: string;
let shortTerm: ShortTermBackend;
let memory: MemoryManager;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-session-"));
  shortTerm = createMemoryBackend();
  const longTerm = createJsonStore({ path: join(folder, "long-term.json") });
  memory = new MemoryManager({ shortTerm, longTerm });
});
afterEach(async () => {
  await memory.close();
  await rm(folder, { recursive: true });
});

const kept = { keepConversation: true } as const;
const budget = (id: string) => ({ id, role: "user", content: "budget" }) as const;

describe("whether a conversation is kept", () => {
  it("is no unless it is asked for: then nothing of it is in long-term memory", async () => {
    await using session = await createSession({ memory, workflowId: "w" });
    await session.addConversationMessage(budget("m-1"));
    await memory.addConversationMessage("w", budget("m-2"));
    expect(session.keepsConversation).toBe(false);
    expect(await memory.searchConversation("w", "budget")).toEqual([]);
    expect(await memory.getStats()).toMatchObject({ longTermEntries: 0 });
    expect(await session.searchConversation("budget")).toHaveLength(2);
  });

  it.each([true, false])(
    "is up to who starts it: a member told otherwise than %s is refused",
    async (keepConversation) => {
      await using session = await createSession({ memory, workflowId: "w", keepConversation });
      const joining = { memory, workflowId: "w", join: "if-exists" } as const;
      await expect(
        createSession({ ...joining, keepConversation: !keepConversation }),
      ).rejects.toMatchObject({
        code: "MEM_CONFLICT",
        path: "options.keepConversation",
        retryable: false,
      });
      const member = await createSession({ ...joining, keepConversation });
      expect(member.keepsConversation).toBe(keepConversation);
      expect(session.keepsConversation).toBe(keepConversation);
    },
  );

  it("is said by yes or no", async () => {
    const options = { memory, workflowId: "w", keepConversation: "yes" as never };
    await expect(createSession(options)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "options.keepConversation",
    });
  });

  it("can't be yes without long-term memory: neither for who starts nor for who joins", async () => {
    const own = new MemoryManager({ shortTerm });
    const refusal = { code: "MEM_NOT_CONFIGURED" };
    await expect(createSession({ memory: own, workflowId: "w", ...kept })).rejects.toMatchObject(
      refusal,
    );
    expect(await own.getStats()).toMatchObject({ activeSessions: 0 });
    await using _ = await createSession({ memory, workflowId: "w", ...kept });
    await expect(
      createSession({ memory: own, workflowId: "w", join: "must-exist" }),
    ).rejects.toMatchObject(refusal);
    await expect(own.searchConversation("w", "budget")).rejects.toMatchObject(refusal);
  });

  it("is the library's own affair: the metadata is what the user gave", async () => {
    const metadata = { goal: "spring" };
    const session = await createSession({ memory, workflowId: "w", metadata, ...kept });
    expect((await session.getSessionSummary()).metadata).toEqual(metadata);
    const [listed] = await Array.fromAsync(memory.listSessions());
    expect(listed?.metadata).toEqual(metadata);
    expect((await session.endSession()).metadata).toEqual(metadata);
    const reserved = { "mem:keepConversation": true };
    await expect(createSession({ memory, metadata: reserved })).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "options.metadata.mem:keepConversation",
    });
  });
});
