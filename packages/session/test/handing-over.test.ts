import { createMemoryBackend } from "@mem/backend-memory";
import { memoryKey, MemoryManager, type StandardSchema } from "@mem/core";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import { createSession, type SessionContext } from "../src/index.ts";

let memory: MemoryManager;
let session: SessionContext;
beforeEach(async () => {
  memory = new MemoryManager({ shortTerm: createMemoryBackend() });
  session = await createSession({ memory, workflowId: "w" });
});
afterEach(() => memory.close());

/** Turns a text into a brief. */
const brief: StandardSchema<string, { readonly text: string }> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      typeof value === "string" ? { value: { text: value } } : { issues: [{ message: "no text" }] },
  },
};

describe("an agent that waits for another", () => {
  it("gets what is there already, and what comes later", async () => {
    await session.saveAgentMemory("writer", "draft", "one");
    const seen: unknown[] = [];
    const waiting = (async () => {
      for await (const { entry } of session.watch({ agentId: "writer", key: "draft" })) {
        seen.push(entry?.value);
        if (entry?.value === "final") return;
        await session.saveAgentMemory("writer", "draft", "final");
      }
    })();
    await waiting;
    expect(seen).toEqual(["one", "final"]);
  });

  it("goes on where it was, also as another member", async () => {
    await session.team.save("plan", 1);
    const [first] = await take(session.watch({ key: "plan" }), 1);
    const member = await createSession({ memory, workflowId: "w", join: "must-exist" });
    await member.team.save("plan", 2);
    const after = first?.position ?? "";
    const [next] = await take(member.watch({ key: "plan", after }), 1);
    expect(next?.entry?.value).toBe(2);
    await member.team.delete("plan");
    const [gone] = await take(member.watch({ key: "plan", after: next?.position ?? "" }), 1);
    expect(gone).toMatchObject({ key: "plan" });
    expect(gone).not.toHaveProperty("entry");
  });

  it("gets what its typed key gives", async () => {
    const key = memoryKey("brief", brief);
    await session.team.save(key, "spring");
    const watching = session.watch({ key });
    const { value } = await watching.next();
    expect(value?.entry?.value).toEqual({ text: "spring" });
    expectTypeOf(value?.entry?.value).toEqualTypeOf<{ readonly text: string } | undefined>();
    await watching.return?.();
  });

  it("hears of the end of the session", async () => {
    const waiting = take(session.watch({ key: "plan" }), 1);
    await session.endSession();
    await expect(waiting).rejects.toMatchObject({ code: "MEM_SESSION_ENDED" });
  });

  it("takes over a step when the one before it is done", async () => {
    const work = async (agentId: string, step: string, after?: string): Promise<void> => {
      if (after !== undefined) await take(session.watch({ key: after }), 1);
      await using claim = await session.claim(step, { ttl: 60, agentId });
      await claim?.team.save(step, agentId);
      await claim?.complete();
    };
    await Promise.all([
      work("editor", "edit", "draft"),
      work("writer", "draft", "plan"),
      work("strategist", "plan"),
      work("another writer", "draft", "plan"),
    ]);
    const state = await session.team.retrieveMany(["plan", "draft", "edit"]);
    expect([state[0], state[2]]).toEqual(["strategist", "editor"]);
    expect(["writer", "another writer"]).toContain(state[1]);
  });
});

async function take<T>(changes: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const change of changes) {
    taken.push(change);
    if (taken.length === count) break;
  }
  return taken;
}
