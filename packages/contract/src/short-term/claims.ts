import {
  type CallOptions,
  type ClaimRequest,
  type ShortTermBackend,
  type WorkflowClaim,
} from "@mem/core";
import { describe, expect, it } from "vitest";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Opened } from "./harness.ts";
import {
  changeClaim,
  CLAIM_TTL,
  claimStep,
  LAUNCH,
  startWorkflow,
  TIMEOUT,
} from "./workflow-samples.ts";

export function claimsSteps(open: Opened): void {
  describe("claiming steps", () => {
    it("gives a step to who asks first, until when, and shows it in the state", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const claim = await claimStep(backend, started, { agentId: "writer" });
      expect(claim).toEqual({
        step: "draft",
        token: expect.any(Number),
        agentId: "writer",
        claimedAt: expect.any(Number),
        expiresAt: claim!.claimedAt + CLAIM_TTL,
        isDone: false,
      });
      expect(Number.isSafeInteger(claim!.token)).toBe(true);
      expect(await claimStep(backend, started)).toBeUndefined();
      const another = await claimStep(backend, started, { step: "a review" });
      expect(another).not.toHaveProperty("agentId");
      expect(await claimsOf(backend)).toEqual([another, claim]);
    });

    it("lists claims in the order of code points, whatever the steps are called", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const steps = [
        "\u{1F600}",
        "\uFFFD",
        "b",
        "a:b",
        "a",
        "__proto__",
        "\0",
        "1",
        "10",
        "9",
        "c:1",
      ];
      for (const step of steps) await claimStep(backend, started, { step });
      const sorted = [
        "\0",
        "1",
        "10",
        "9",
        "__proto__",
        "a",
        "a:b",
        "b",
        "c:1",
        "\uFFFD",
        "\u{1F600}",
      ];
      expect((await claimsOf(backend)).map(({ step }) => step)).toEqual(sorted);
      for (const step of steps) expect(await claimStep(backend, started, { step })).toBeUndefined();
    });

    it("lets one of many have it", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const all = await Promise.all(Array.from({ length: 20 }, () => claimStep(backend, started)));
      expect(all.filter((claim) => claim !== undefined)).toHaveLength(1);
    });

    it("gives it to another once it has lapsed, with a greater token", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend, { timeoutMs: 100 * TIMEOUT });
      const tokens: number[] = [];
      for (let i = 0; i < 3; i++) {
        const claim = await claimStep(backend, started);
        await advance(CLAIM_TTL - 1000);
        expect(await claimStep(backend, started)).toBeUndefined();
        tokens.push(claim!.token);
        await advance(1000);
        expect(await claimsOf(backend)).toEqual([]);
      }
      expect(tokens).toEqual([...new Set(tokens)].toSorted((a, b) => a - b));
    });

    it("gives every claim of a lifetime a token greater than all before, of any step", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const tokens: number[] = [];
      for (const step of ["a", "b", "a", "c", "b"]) {
        const claim = await claimStep(backend, started, { step });
        tokens.push(claim!.token);
        await changeClaim(backend, started, claim!, "free");
      }
      expect(tokens).toEqual([...new Set(tokens)].toSorted((a, b) => a - b));
    });

    it("answers a request that is sent twice with the claim that it made, as it is", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      const request = { opId: "the claim", ttlMs: CLAIM_TTL };
      const claim = await claimStep(backend, started, request);
      await advance(1000);
      expect(await claimStep(backend, started, request)).toEqual(claim);
      const renewed = await changeClaim(backend, started, claim!, "renewed", 5 * CLAIM_TTL);
      expect(await claimStep(backend, started, request)).toEqual(renewed);
      const done = await changeClaim(backend, started, claim!, "done");
      expect(await claimStep(backend, started, request)).toEqual(done);
      expect(await claimStep(backend, started, { ...request, step: "another" })).toMatchObject({
        step: "another",
      });
    });

    it("takes a request for another once its claim has lapsed or was given up", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      const request = { opId: "the claim" };
      const first = await claimStep(backend, started, request);
      await advance(CLAIM_TTL);
      const second = await claimStep(backend, started, request);
      expect(second!.token).toBeGreaterThan(first!.token);
      await changeClaim(backend, started, second!, "free");
      const third = await claimStep(backend, started, request);
      expect(third!.token).toBeGreaterThan(second!.token);
    });

    it("begins anew with every lifetime, and ends with it", async () => {
      const { backend } = await open();
      const old = await startWorkflow(backend);
      const first = await claimStep(backend, old);
      const second = await claimStep(backend, old, { step: "review" });
      const done = await changeClaim(backend, old, second!, "done");
      const ended = await backend.endWorkflow(LAUNCH, {});
      expect(ended?.state?.claims).toEqual([first, done]);
      const successor = await startWorkflow(backend);
      expect(successor.claims).toEqual([]);
      await expectRejection(() => changeClaim(backend, old, first!, "done"), "MEM_SESSION_ENDED");
      await expectRejection(() => claimStep(backend, old), "MEM_SESSION_ENDED");
      expect(await claimStep(backend, successor)).toBeDefined();
      expect(await claimStep(backend, successor, { step: "review" })).toBeDefined();
    });

    it("is shown to who joins, and where workflows are listed", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const claim = await claimStep(backend, started);
      expect((await startWorkflow(backend, { join: "must-exist" })).claims).toEqual([claim]);
      const { items } = await backend.listWorkflows("acme", { limit: 10 });
      expect(items.map(({ claims }) => claims)).toEqual([[claim]]);
    });

    it("keeps the steps of other workflows and tenants apart", async () => {
      const { backend } = await open();
      const refs = [
        LAUNCH,
        { ...LAUNCH, workflowId: "launch:2" },
        { ...LAUNCH, tenantId: "other" },
      ];
      const started = await Promise.all(refs.map((ref) => startWorkflow(backend, {}, ref)));
      for (const [i, ref] of refs.entries())
        expect(await claimStep(backend, started[i]!, {}, ref)).toBeDefined();
    });

    it("is use of the session, counted once where a request is sent twice", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      await advance(TIMEOUT / 2);
      const claim = await claimStep(backend, started, { opId: "the claim", ttlMs: TIMEOUT });
      const once = await backend.getWorkflow(LAUNCH);
      expect(once!.expiresAt).toBeGreaterThanOrEqual(started.expiresAt + TIMEOUT / 2);
      expect(once?.activity).toMatchObject([{ agentId: "writer", operations: 1 }]);
      await advance(TIMEOUT / 2);
      await claimStep(backend, started, { opId: "the claim", ttlMs: TIMEOUT });
      const twice = await backend.getWorkflow(LAUNCH);
      expect(twice!.expiresAt).toBeGreaterThanOrEqual(once!.expiresAt + TIMEOUT / 2);
      expect(twice?.activity).toEqual(once?.activity);
      await advance(TIMEOUT / 4);
      await changeClaim(backend, started, claim!, "done");
      const state = await backend.getWorkflow(LAUNCH);
      expect(state!.expiresAt).toBeGreaterThanOrEqual(twice!.expiresAt + TIMEOUT / 4);
      expect(state?.activity).toMatchObject([{ agentId: "writer", operations: 2 }]);
    });

    it("needs a session", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const claim = await claimStep(backend, started);
      const request: ClaimRequest = { step: "review", ttlMs: CLAIM_TTL, opId: "a claim" };
      const none: CallOptions = {};
      await expectRejection(() => backend.claim(LAUNCH, request, none), "MEM_INVALID_ARGUMENT");
      const done = { step: claim!.step, token: claim!.token, to: "done" } as const;
      await expectRejection(() => backend.changeClaim(LAUNCH, done, none), "MEM_INVALID_ARGUMENT");
      expect(await claimsOf(backend)).toEqual([claim]);
    });

    it("hands out what is the caller's own", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const claim = await claimStep(backend, started);
      const before = await backend.getWorkflow(LAUNCH);
      Object.assign(claim!, { token: 1000, isDone: true });
      Object.assign((await claimsOf(backend))[0]!, { token: 1000, isDone: true });
      expect((await backend.getWorkflow(LAUNCH))?.claims).toEqual(before?.claims);
    });
  });
}

async function claimsOf(backend: ShortTermBackend): Promise<readonly WorkflowClaim[]> {
  return (await backend.getWorkflow(LAUNCH))!.claims;
}
