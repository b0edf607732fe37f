import { createRedisBackend } from "@mem/backend-redis";
import { startRedis } from "@mem/redis-server";
import { afterAll, describe, expect, it } from "vitest";
import { LAUNCH, rejection, WRITER, write } from "./samples.ts";

const server = await startRedis();
const backend = createRedisBackend({ url: server.url });
afterAll(async () => {
  await backend.close();
  await server.stop();
});

describe("calls of one tick that stand on different claims", () => {
  it("have each its own outcome", async () => {
    const start = { timeoutMs: 60_000, metadata: {}, join: "never", opId: "start" } as const;
    const { epoch } = await backend.startWorkflow(LAUNCH, start);
    const session = { epoch, agentId: "writer", activity: "operation" } as const;
    const request = { step: "a/b c", ttlMs: 60_000, opId: "claim" };
    const claim = (await backend.claim(LAUNCH, request, { session }))!;
    const standingOn = (token: number) => ({ session: { ...session, claim: { ...claim, token } } });
    const calls = [claim.token, claim.token + 1, claim.token].map((token, i) =>
      backend.save(LAUNCH, [write(`key ${i}`)], standingOn(token)),
    );
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await rejection(calls[1]!)).toMatchObject({ code: "MEM_CONFLICT", retryable: false });
    expect(await backend.count(LAUNCH)).toBe(2);
    const state = await backend.getWorkflow(LAUNCH);
    expect(state?.activity).toMatchObject([{ operations: 3 }]);
  });
});

describe("a call tied to a session", () => {
  it("is refused outside any workflow, whatever it does", async () => {
    const options = { session: { epoch: "any" } };
    for (const call of [
      () => backend.get(WRITER, ["a"], options),
      () => backend.get(WRITER, ["a", "b"], options),
      () => backend.save(WRITER, [write("a")], options),
      () => backend.read(WRITER, "log", { limit: 1 }, options),
    ]) {
      expect(await rejection(call())).toMatchObject({
        code: "MEM_INVALID_ARGUMENT",
        path: "options.session",
      });
    }
  });
});
