import type { MemoryManager } from "@mem/core";
import { createSession, type SessionContext } from "@mem/session";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { stacks, type Stack } from "./stacks.ts";

const longTerm = { memoryType: "long_term" } as const;

const promote = async (home: SessionContext): Promise<void> =>
  home.promote("strategist", "lesson", { as: "lessons/emails" });

describe.each(stacks)("handing over between members on $name", (kind) => {
  let stack: Stack;
  let memory: MemoryManager;
  let session: SessionContext;
  let member: SessionContext;
  beforeEach(async () => {
    stack = await kind.open();
    ({ memory } = stack);
    session = await createSession({ memory, workflowId: "w" });
    member = await createSession({
      memory: stack.another(),
      workflowId: "w",
      join: "must-exist",
    });
  });
  afterEach(() => stack[Symbol.asyncDispose]());
  afterAll(() => kind.close());

  it("works by waiting: who watches sees the last state, and never an older one after a newer", async () => {
    const last = 50;
    const watching = (async () => {
      const seen: unknown[] = [];
      for await (const { entry } of member.watch({ agentId: "writer", key: "draft" })) {
        seen.push(entry?.value);
        if (entry?.value === last) break;
      }
      return seen;
    })();
    for (let n = 1; n <= last; n++) await session.saveAgentMemory("writer", "draft", n);
    const seen = (await watching) as number[];
    expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(last);
  });

  it("goes on where it was, tells when something is gone, and ends with the session", async () => {
    await session.team.save("plan", "one");
    const before = member.watch({ key: "plan" });
    const { value: one } = await before.next();
    expect(one?.entry?.value).toBe("one");
    await before.return?.();

    await session.team.save("plan", "two");
    const watch = member.watch({ key: "plan", after: one?.position ?? "" });
    const { value: two } = await watch.next();
    expect(two?.entry?.value).toBe("two");
    await watch.return?.();

    const again = member.watch({ key: "plan", after: two?.position ?? "" });
    const next = again.next();
    // Neither is the team's `plan`.
    await session.saveAgentMemory("writer", "plan", "another's");
    await session.team.save("plan 2", "another");
    await session.team.delete("plan");
    expect((await next).value).toEqual({ key: "plan", position: "" });
    const end = again.next();
    await session.endSession();
    await expect(end).rejects.toMatchObject({ code: "MEM_SESSION_ENDED" });
    expect(await again.next()).toMatchObject({ done: true });
  });

  it("gives a step to one of all who wait for it", async () => {
    const homes = [session, member, session, member, session];
    const working = homes.map(async (home, n) => work(home, `writer ${n}`));
    await session.team.save("plan", "emails first");
    await Promise.all(working);
    expect(await session.team.retrieve("drafts")).toBe(1);
  });

  it("to long-term memory happens once, and says where it comes from", async () => {
    await session.saveAgentMemory("strategist", "lesson", "Emails sell on Tuesdays.", {
      metadata: { channel: "email" },
    });
    await Promise.all([promote(session), promote(member)]);
    const first = await memory.retrieveEntry("strategist", "lessons/emails", longTerm);
    await promote(member);
    expect(await memory.retrieveEntry("strategist", "lessons/emails", longTerm)).toEqual(first);
    const ended = await session.endSession();
    expect(ended).toMatchObject({ removed: { entries: 1 } });
    await expect(promote(member)).rejects.toMatchObject({ code: "MEM_SESSION_ENDED" });

    expect(await memory.getStats()).toMatchObject({ shortTermEntries: 0, longTermEntries: 1 });
    const [hit, ...more] = await memory.searchSimilar("strategist", "when do emails sell?");
    expect(more).toEqual([]);
    expect(hit).toMatchObject({
      key: "lessons/emails",
      value: "Emails sell on Tuesdays.",
      metadata: { channel: "email" },
      source: "promotion",
      derivedFrom: ["default:w:strategist:lesson"],
    });
    expect(await memory.searchSimilar("writer", "when do emails sell?")).toEqual([]);
  });
});

/** Waits for the plan, and does the step unless somebody else does it. */
async function work(session: SessionContext, agentId: string): Promise<void> {
  for await (const { entry } of session.watch({ key: "plan" })) {
    if (entry === undefined) continue;
    await using claim = await session.claim("draft", { ttl: 60, agentId });
    if (claim === undefined) return;
    await claim.team.increment("drafts");
    await claim.complete();
    return;
  }
}
