import { createMemoryBackend } from "@mem/backend-memory";
import { createManualClock, MemoryError, MemoryManager, type ManualClock } from "@mem/core";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSession, type Claim, type SessionContext } from "../src/index.ts";

const lost = { code: "MEM_CONFLICT", retryable: false };

let clock: ManualClock;
let memory: MemoryManager;
let session: SessionContext;
beforeEach(async () => {
  clock = createManualClock();
  memory = new MemoryManager({ shortTerm: createMemoryBackend({ clock }), clock });
  session = await createSession({ memory, workflowId: "w", timeout: 3600 });
});
afterEach(() => memory.close());

async function claimed(step = "draft", ttl = 60): Promise<Claim> {
  const claim = await session.claim(step, { ttl });
  expect(claim).toBeDefined();
  return claim as Claim;
}

function isHeld(claim: Claim | undefined): boolean {
  return claim !== undefined && claim.expiresAt > clock.now();
}

describe("a step of a session", () => {
  it("is had by one at a time, whichever member asks", async () => {
    const member = await createSession({ memory, workflowId: "w", join: "must-exist" });
    const claims = await Promise.all(
      Array.from({ length: 20 }, async (_, n) =>
        (n % 2 === 0 ? session : member).claim("draft", { ttl: 60, agentId: `agent-${n}` }),
      ),
    );
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    expect(await session.claim("another", { ttl: 60 })).toBeDefined();
  });

  it("can be had again once its claim has lapsed, under a greater token", async () => {
    const first = await claimed();
    expect(first.expiresAt).toBe(clock.now() + 60_000);
    clock.advance(59_999);
    expect(await session.claim("draft", { ttl: 60 })).toBeUndefined();
    clock.advance(1);
    const second = await claimed();
    expect(second.token).toBeGreaterThan(first.token);
  });

  it("is held as long as its claim is renewed", async () => {
    const claim = await claimed();
    for (let n = 0; n < 5; n++) {
      clock.advance(50_000);
      await claim.renew();
      expect(claim.expiresAt).toBe(clock.now() + 60_000);
    }
    expect(await session.claim("draft", { ttl: 60 })).toBeUndefined();
  });

  it("is free at once when it is released, and that can be said twice, and too late", async () => {
    const first = await claimed();
    await first.release();
    await first.release();
    const second = await claimed();
    await first.release();
    expect(await session.claim("draft", { ttl: 60 })).toBeUndefined();
    clock.advance(60_000);
    await second.release();
  });

  it("is released with the block, also when the block throws", async () => {
    const failing = (async () => {
      await using _ = await claimed();
      throw new Error("the block's own");
    })();
    await expect(failing).rejects.toThrow("the block's own");
    await claimed();
  });

  it("is done once, by whoever completes it", async () => {
    {
      await using claim = await claimed();
      await claim.complete();
      await claim.complete();
    }
    clock.advance(600_000);
    expect(await session.claim("draft", { ttl: 60 })).toBeUndefined();
    expect((await session.getSessionSummary()).claims).toEqual([]);
  });

  it("can't be completed by a claim that has lapsed", async () => {
    const stale = await claimed();
    clock.advance(60_000);
    await expect(stale.renew()).rejects.toMatchObject(lost);
    await expect(stale.complete()).rejects.toMatchObject(lost);
    await claimed();
    await expect(stale.complete()).rejects.toMatchObject(lost);
  });

  it("is in the summary while somebody does it", async () => {
    await session.claim("draft", { ttl: 60, agentId: "writer" });
    const held = {
      step: "draft",
      agentId: "writer",
      isDone: false,
      expiresAt: clock.now() + 60_000,
    };
    expect((await session.getSessionSummary()).claims).toMatchObject([held]);
    expect((await session.endSession()).claims).toMatchObject([held]);
  });

  it("has nobody in a session that has ended", async () => {
    const claim = await claimed();
    await session.endSession();
    await expect(session.claim("draft", { ttl: 60 })).rejects.toMatchObject({
      code: "MEM_SESSION_ENDED",
    });
    await claim.release();
    await claim[Symbol.asyncDispose]();
  });

  it.each([
    ["", { ttl: 60 }, "step"],
    ["draft", { ttl: 0 }, "options.ttl"],
    ["draft", {}, "options.ttl"],
    ["draft", { ttl: 60, owner: "x" }, "options.owner"],
  ])("is refused for bad input: %j, %j", async (step, options, path) => {
    await expect(session.claim(step, options as never)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path,
    });
  });

  it("is never had by two, whatever they do and whenever", async () => {
    const action = fc.record({
      who: fc.nat(2),
      what: fc.constantFrom("claim", "renew", "release", "write"),
      after: fc.nat(40),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), fc.uuid(), async (actions, step) => {
        const held: (Claim | undefined)[] = [];
        let highest = 0;
        for (const { who, what, after } of actions) {
          clock.advance(after * 1000);
          const own = held[who];
          if (what === "claim") {
            const claim = await session.claim(step, { ttl: 60 });
            expect(claim !== undefined).toBe(!held.some(isHeld));
            if (claim === undefined) continue;
            expect(claim.token).toBeGreaterThan(highest);
            highest = claim.token;
            held[who] = claim;
          } else if (own === undefined) continue;
          else if (what === "release") {
            await own.release();
            held[who] = undefined;
          } else {
            const act = what === "renew" ? own.renew() : own.team.save(step, who);
            if (isHeld(own)) await act;
            else await expect(act).rejects.toMatchObject(lost);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("what is written through a claim", () => {
  it("is written while it is held, and rejects and changes nothing afterwards", async () => {
    const claim = await claimed();
    const message = { role: "assistant", content: "a draft" } as const;
    expect(await claim.forAgent("writer").save("draft", "one")).toBe(true);
    expect(await claim.team.save("status", "drafting")).toBe(true);
    const { id } = await claim.addConversationMessage(message);
    await claim.editMessage(id, { content: "a better draft" });
    clock.advance(60_000);
    const next = await claimed();
    const late = [
      claim.forAgent("writer").save("draft", "two"),
      claim.forAgent("writer").delete("draft"),
      claim.team.increment("count"),
      claim.addConversationMessage(message),
      claim.editMessage(id, { content: "late" }),
      claim.deleteMessage(id),
    ];
    for (const each of late) await expect(each).rejects.toMatchObject(lost);
    expect(await session.retrieveAgentMemory("writer", "draft")).toBe("one");
    expect(await session.team.retrieve("count")).toBeUndefined();
    expect(await session.getConversationHistory()).toMatchObject([{ content: "a better draft" }]);
    // Reading needs no claim, and the present holder of the step can write.
    expect(await claim.forAgent("writer").retrieve("draft")).toBe("one");
    expect(await next.forAgent("writer").save("draft", "three")).toBe(true);
    expect(await next.deleteMessage(id)).toBe(true);
  });
});

describe("releasing a claim with its block", () => {
  it("that fails takes the place of no error: the claim lapses by itself", async () => {
    const shortTerm = createMemoryBackend({ clock });
    shortTerm.changeClaim = async () => {
      throw new MemoryError("MEM_UNAVAILABLE", "down");
    };
    await using own = new MemoryManager({ shortTerm, clock });
    session = await createSession({ memory: own });
    const failing = (async () => {
      await using _ = await claimed();
      throw new Error("the block's own");
    })();
    await expect(failing).rejects.toThrow("the block's own");
    clock.advance(60_000);
    expect(await session.claim("draft", { ttl: 60 })).toBeDefined();
  });
});
