import { isMemoryError, type ShortTermBackend, type WorkflowClaim } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Opened } from "./harness.ts";
import {
  changeClaim,
  CLAIM_TTL,
  claimStep,
  expectConflict,
  LAUNCH,
  startWorkflow,
  TIMEOUT,
} from "./workflow-samples.ts";

export function changesClaims(open: Opened): void {
  describe("changing a claim", () => {
    it("renews a claim from now on, longer or shorter", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      const claim = await claimStep(backend, started);
      await advance(CLAIM_TTL - 1000);
      const renewed = await changeClaim(backend, started, claim!, "renewed", CLAIM_TTL);
      expect(renewed).toEqual({ ...claim, expiresAt: expect.any(Number) });
      expect(renewed.expiresAt).toBeGreaterThanOrEqual(claim!.expiresAt! + CLAIM_TTL - 1000);
      expect(await claimsOf(backend)).toEqual([renewed]);
      await advance(CLAIM_TTL - 1000);
      expect(await claimStep(backend, started)).toBeUndefined();
      await changeClaim(backend, started, claim!, "renewed", 2000);
      await advance(2000);
      expect(await claimStep(backend, started)).toBeDefined();
    });

    it("keeps a step that is done from everybody, for good", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend, { timeoutMs: 100 * TIMEOUT });
      const claim = await claimStep(backend, started, { agentId: "writer" });
      const done = await changeClaim(backend, started, claim!, "done");
      const { expiresAt: _, ...lasting } = claim!;
      expect(done).toEqual({ ...lasting, isDone: true });
      await advance(10 * CLAIM_TTL);
      expect(await claimStep(backend, started)).toBeUndefined();
      expect(await claimsOf(backend)).toEqual([done]);
    });

    it("answers that it is done when it is done once more, and nothing else", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const claim = await claimStep(backend, started);
      const done = await changeClaim(backend, started, claim!, "done");
      expect(await changeClaim(backend, started, claim!, "done")).toEqual(done);
      const { step, token } = claim!;
      await expectConflict(() => changeClaim(backend, started, { step, token: token + 1 }, "done"));
      await expectConflict(() => changeClaim(backend, started, { step, token }, "free"));
      await expectConflict(() =>
        changeClaim(backend, started, { step, token }, "renewed", CLAIM_TTL),
      );
      expect(await claimsOf(backend)).toEqual([done]);
    });

    it("frees a step for anybody, and answers the claim as it was", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const claim = await claimStep(backend, started);
      expect(await changeClaim(backend, started, claim!, "free")).toEqual(claim);
      expect(await claimsOf(backend)).toEqual([]);
      await expectConflict(() => changeClaim(backend, started, claim!, "free"));
      expect(await claimStep(backend, started)).toBeDefined();
    });

    it.each(["renewed", "done", "free"] as const)(
      "is not to be made %s where it is not held, and changes nothing",
      async (to) => {
        const { backend, advance } = await open();
        const started = await startWorkflow(backend);
        const attempt = (token: number, step = "draft"): Promise<WorkflowClaim> =>
          changeClaim(backend, started, { step, token }, to, CLAIM_TTL);
        await expectConflict(() => attempt(1));
        const lapsed = await claimStep(backend, started);
        await expectConflict(() => attempt(lapsed!.token, "another"));
        await expectConflict(() => attempt(lapsed!.token + 1));
        await advance(CLAIM_TTL);
        await expectConflict(() => attempt(lapsed!.token));
        const current = await claimStep(backend, started);
        await expectConflict(() => attempt(lapsed!.token));
        expect(await claimsOf(backend)).toEqual([current]);
      },
    );

    it("lets one of several have the last word", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const claim = await claimStep(backend, started);
      const all = await Promise.allSettled(
        (["done", "free", "done", "free"] as const).map((to) =>
          changeClaim(backend, started, claim!, to),
        ),
      );
      const [state] = await claimsOf(backend);
      const refused = all.flatMap((one) =>
        one.status === "rejected" ? [one.reason as unknown] : [],
      );
      expect(refused).toHaveLength(state?.isDone === true ? 2 : 3);
      expect(refused.every((error) => isMemoryError(error, "MEM_CONFLICT"))).toBe(true);
    });
  });
}

async function claimsOf(backend: ShortTermBackend): Promise<readonly WorkflowClaim[]> {
  return (await backend.getWorkflow(LAUNCH))!.claims;
}
