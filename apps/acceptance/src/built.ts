import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager, renderForPrompt, type LongTermStore } from "@mem/core";
import { createKnowledge, ingestKnowledge } from "@mem/knowledge";
import { createJsonStore } from "@mem/longterm-json";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import { createJsonlRecords } from "@mem/records-jsonl";
import { withSession } from "@mem/session";

/*
 * Without the source condition, this uses the built files that the packages publish.
 */
const folder = await mkdtemp(join(tmpdir(), "mem-built-"));

async function live(longTerm: LongTermStore, knowledgeStore: LongTermStore): Promise<void> {
  await using memory = new MemoryManager({
    shortTerm: createMemoryBackend(),
    longTerm,
    records: createJsonlRecords({ dir: join(folder, "records") }),
    knowledge: createKnowledge({ store: knowledgeStore }),
  });
  const options = { memoryType: "long_term" } as const;
  await memory.save("a", "lesson", "Emails with numbers are opened more often", options);
  const hits = await memory.searchSimilar("a", "which email is opened?");
  assert.equal(hits[0]?.key, "lesson");
  assert.equal(renderForPrompt(hits, { budget: 500 }).omitted.length, 0);
  await ingestKnowledge({
    store: knowledgeStore,
    documents: [{ id: "voice", text: "Warm and brief." }],
  });
  assert.equal((await memory.searchSimilar("a", "warm", { memoryType: "shared" })).length, 1);
  const workflowId = "w";
  await withSession({ memory, workflowId, keepConversation: true }, async (session) => {
    await session.team.save("k", 1);
    await session.addConversationMessage({ role: "user", content: "Which email is opened?" });
    await session.saveExecutionRecord("a", { status: "success" });
  });
  assert.equal((await memory.getStats()).activeSessions, 0);
  assert.equal((await memory.searchConversation(workflowId, "opened emails")).length, 1);
  await withSession({ memory }, async (session) => {
    await session.addConversationMessage({ role: "user", content: "Not kept" });
    assert.equal((await session.searchConversation("kept")).length, 1);
  });
}

try {
  await live(
    createJsonStore({ path: join(folder, "memory.json") }),
    createJsonStore({ path: join(folder, "knowledge.json") }),
  );
  await live(
    createLanceDbStore({ uri: join(folder, "memory") }),
    createLanceDbStore({ uri: join(folder, "knowledge") }),
  );
  console.log("the built packages work together");
} finally {
  await rm(folder, { recursive: true });
}
