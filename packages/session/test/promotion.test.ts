import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager } from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSession, withSession } from "../src/index.ts";

let folder: string;
let memory: MemoryManager;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-session-"));
  const longTerm = createJsonStore({ path: join(folder, "long-term.json") });
  memory = new MemoryManager({ shortTerm: createMemoryBackend(), longTerm });
});
afterEach(async () => {
  await memory.close();
  await rm(folder, { recursive: true });
});

describe("what is promoted", () => {
  it("outlives the session as the agent's own, and says where it came from", async () => {
    await withSession({ memory, workflowId: "spring" }, async (session) => {
      await session.saveAgentMemory("strategist", "lesson", "Emails sell on Tuesdays.");
      await session.promote("strategist", "lesson", { as: "lessons/emails" });
      await session.promote("strategist", "lesson", { as: "lessons/emails" });
    });
    expect(
      await memory.retrieveEntry("strategist", "lessons/emails", { memoryType: "long_term" }),
    ).toMatchObject({
      value: "Emails sell on Tuesdays.",
      source: "promotion",
      derivedFrom: ["default:spring:strategist:lesson"],
    });
    const [hit] = await memory.searchSimilar("strategist", "when do emails sell?");
    expect(hit?.key).toBe("lessons/emails");
    expect(await memory.getStats()).toMatchObject({ longTermEntries: 1, shortTermEntries: 0 });
  });

  it("has to be there, and in a live session", async () => {
    const session = await createSession({ memory, workflowId: "spring" });
    await expect(session.promote("strategist", "lesson")).rejects.toMatchObject({
      code: "MEM_NOT_FOUND",
    });
    await session.endSession();
    await expect(session.promote("strategist", "lesson")).rejects.toMatchObject({
      code: "MEM_SESSION_ENDED",
    });
  });
});
