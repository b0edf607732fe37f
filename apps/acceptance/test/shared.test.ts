import { where, type AgentMemory, type LongTermEntry, type MemoryManager } from "@mem/core";
import { ingestKnowledge } from "@mem/knowledge";
import { createSession } from "@mem/session";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { stacks, type Stack } from "./stacks.ts";

/** The types don't allow `"shared"` in writes; this casts. */
const cast = { memoryType: "shared" as never };
const shared = { memoryType: "shared" } as const;

const DOCUMENTS = [
  {
    id: "voice.md",
    title: "Brand voice",
    text: "# Voice\n\nWe address customers by their first name.\n\n# Tone\n\nWarm, never pushy.",
    metadata: { tags: ["brand"], owner: { name: "Ann" } },
  },
];

/** All that a reader can see of the knowledge. */
const read = async (agent: AgentMemory): Promise<unknown> => {
  const listed = await Array.fromAsync(agent.list(shared));
  const ids = listed.map(({ key }) => key);
  const found = await agent.search("customers first name tone", { ...shared, topK: 10 });
  return {
    listed,
    found,
    values: await agent.retrieveMany([...ids, ...found.map(({ key }) => key)], shared),
    entries: await Promise.all(ids.map(async (id) => agent.retrieveEntry(id, shared))),
  };
};

describe.each(stacks)("shared knowledge on $name", (kind) => {
  let stack: Stack;
  let memory: MemoryManager;
  beforeEach(async () => {
    stack = await kind.open();
    ({ memory } = stack);
    await ingestKnowledge({ store: stack.knowledgeStore, documents: DOCUMENTS });
  });
  afterEach(() => stack[Symbol.asyncDispose]());
  afterAll(() => kind.close());

  it("stays as it is, whatever verb an agent tries on it", async () => {
    await using session = await createSession({ memory, workflowId: "w" });
    const before = await read(memory.forAgent("reader"));
    const [passage] = await memory.searchSimilar("a", "tone", shared);
    const names = ["voice.md", passage?.key ?? "", "new.md"];
    for (const agent of [memory.forAgent("a"), session.forAgent("a"), session.team]) {
      for (const key of names) {
        for (const change of [
          agent.save(key, "ours", cast),
          agent.update(key, () => "ours", cast),
          agent.increment(key, 1, cast),
          agent.delete(key, cast),
          agent.saveMany([{ key, value: "ours" }], cast),
          agent.deleteMany([key], cast),
          agent.deleteMany({ prefix: key.slice(0, 1) }, cast),
          agent.deleteMany({ filter: where.exists("document") }, cast),
        ]) {
          await expect(change).rejects.toMatchObject({ code: "MEM_READ_ONLY" });
        }
      }
    }
    // Erasing or clearing long-term memory, under whatever name, leaves the knowledge.
    for (const agentId of ["documents", "passages", "a"]) {
      for (const key of names) await memory.erase({ agentId, key });
    }
    await memory.clearSession("w", { longTerm: true });
    expect(await read(memory.forAgent("reader"))).toEqual(before);
  });

  it("stays as it is, whatever an agent does to what it was given", async () => {
    const reader = memory.forAgent("reader");
    const before = structuredClone(await read(reader));
    ruin(await read(memory.forAgent("a")));
    for await (const entry of memory.list("a", shared)) ruin(entry);
    ruin(await memory.retrieve("a", "voice.md", shared));
    ruin(await memory.searchSimilar("a", "customers", { ...shared, collapse: true }));
    expect(await read(reader)).toEqual(before);
    const again = await read(memory.forAgent("a"));
    expect(again).toEqual(before);
  });

  it("is no place for long-term memories of the same name", async () => {
    const longTerm = { memoryType: "long_term" } as const;
    await memory.save("documents", "voice.md", "ours", longTerm);
    await memory.save("passages", "voice.md#0", "customers are ours", longTerm);
    const entry = (await memory.retrieveEntry("documents", "voice.md", shared)) as LongTermEntry;
    expect(entry.source).toBe("document");
    const hits = await memory.searchSimilar("a", "customers", { ...shared, topK: 10 });
    expect(hits.every(({ source }) => source === "document")).toBe(true);
  });
});

/** Changes everything that can be reached from a value. */
function ruin(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const each of Object.values(value)) ruin(each);
  if (Array.isArray(value)) value.splice(0, value.length, "ruined");
  else for (const name of Object.keys(value)) Object.assign(value, { [name]: "ruined" });
}
