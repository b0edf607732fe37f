import type { ShortTermBackend, WorkflowState } from "@mem/core";
import { describe, expect, it } from "vitest";
import { NASTY_IDS } from "../nasty-ids.ts";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Opened } from "./harness.ts";
import { ruin } from "./ruin.ts";
import { saveOne, write } from "./samples.ts";
import {
  CLAIM_TTL,
  claimStep,
  fillWorkflow,
  inSession,
  LAUNCH,
  LAUNCH_WRITER,
  startWorkflow,
  TIMEOUT,
} from "./workflow-samples.ts";

/** The most that one call returns. */
const MOST = 100;

export function tellsOfExpired(open: Opened): void {
  describe("workflows that timed out", () => {
    it("are told of once, as they were at their end", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend, { metadata: { goal: "more leads" } });
      await fillWorkflow(backend);
      await claimStep(backend, started, { step: "lapsed", ttlMs: 1000 });
      const done = (await claimStep(backend, started, { step: "done" }))!;
      const change = { step: done.step, token: done.token, to: "done" } as const;
      await backend.changeClaim(LAUNCH, change, inSession(started));
      await claimStep(backend, started, { step: "held", ttlMs: TIMEOUT + 5000 });
      await advance(2000);
      const state = await backend.getWorkflow(LAUNCH, inSession(started));
      expect(state?.claims.map(({ step }) => step)).toEqual(["done", "held"]);
      expect(await backend.takeExpired("acme")).toEqual([]);
      await advance(TIMEOUT + 10_000);
      expect(await backend.takeExpired("other")).toEqual([]);
      // The held claim has lapsed since, but had not when the session timed out.
      expect(await backend.takeExpired("acme")).toEqual([state]);
      expect(await backend.takeExpired("acme")).toEqual([]);
    });

    it("still hold at their end what was claimed for longer", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      const claim = await claimStep(backend, started, { ttlMs: TIMEOUT + CLAIM_TTL });
      await claimStep(backend, started, { step: "short", ttlMs: CLAIM_TTL });
      await advance(TIMEOUT + CLAIM_TTL);
      // Lapsed by now, but not when the session timed out.
      expect((await backend.takeExpired("acme")).map(({ claims }) => claims)).toEqual([[claim]]);
    });

    it("are told of to one of several that ask at once", async () => {
      const { backend, advance } = await open();
      const ids = await startMany(backend, 10);
      await advance(TIMEOUT);
      const all = await Promise.all(Array.from({ length: 5 }, () => backend.takeExpired("acme")));
      expect(idsOf(all.flat())).toEqual(ids);
    });

    it("are told of 100 at a time", async () => {
      const { backend, advance } = await open();
      const ids = await startMany(backend, 2 * MOST + 20);
      await advance(TIMEOUT);
      const taken = [
        await backend.takeExpired("acme"),
        await backend.takeExpired("acme"),
        await backend.takeExpired("acme"),
        await backend.takeExpired("acme"),
      ];
      expect(taken.map(({ length }) => length)).toEqual([MOST, MOST, 20, 0]);
      expect(idsOf(taken.flat())).toEqual(ids);
    });

    it("are told of whatever they are called", async () => {
      const { backend, advance } = await open();
      for (const workflowId of NASTY_IDS)
        await startWorkflow(backend, {}, { tenantId: "acme", workflowId });
      await startWorkflow(backend, {}, { tenantId: "other", workflowId: "launch" });
      await advance(TIMEOUT);
      expect(idsOf(await backend.takeExpired("acme"))).toEqual(NASTY_IDS.toSorted());
      expect(idsOf(await backend.takeExpired("other"))).toEqual(["launch"]);
    });

    it("are told of when their last use is long enough ago, however often they were used", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      for (let i = 0; i < 5; i++) {
        await advance(TIMEOUT - 10_000);
        expect(await backend.takeExpired("acme")).toEqual([]);
        await backend.count(LAUNCH, inSession(started));
      }
      await advance(TIMEOUT);
      expect(idsOf(await backend.takeExpired("acme"))).toEqual(["launch"]);
    });

    it("are told of as long again as their timeout, a minute at least, and no longer", async () => {
      const { backend, advance } = await open();
      const start = (timeoutMs: number, workflowId: string): Promise<unknown> =>
        startWorkflow(backend, { timeoutMs }, { tenantId: "acme", workflowId });
      await start(1000, "short and asked");
      await start(10 * TIMEOUT, "long and asked");
      await advance(55_000);
      expect(idsOf(await backend.takeExpired("acme"))).toEqual(["short and asked"]);
      await start(1000, "short and forgotten");
      await advance(61_000);
      expect(await backend.takeExpired("acme")).toEqual([]);
      await advance(17 * TIMEOUT);
      expect(idsOf(await backend.takeExpired("acme"))).toEqual(["long and asked"]);
      await start(10 * TIMEOUT, "long and forgotten");
      await advance(20 * TIMEOUT);
      expect(await backend.takeExpired("acme")).toEqual([]);
    });

    it("are no others: not those that were ended, with their data or without", async () => {
      const { backend, advance } = await open();
      const first = await startWorkflow(backend);
      await backend.endWorkflow(LAUNCH, { epoch: first.epoch });
      expect(await startWorkflow(backend)).not.toHaveProperty("expired");
      await backend.endWorkflow(LAUNCH, { keepData: true });
      await saveOne(backend, { ...LAUNCH, workflowId: "never started" }, write("a"));
      await advance(TIMEOUT);
      expect(await backend.takeExpired("acme")).toEqual([]);
    });

    it("stay to be told of when somebody ends them who comes too late", async () => {
      const { backend, advance } = await open();
      const { epoch } = await startWorkflow(backend);
      await advance(TIMEOUT);
      expect(await backend.endWorkflow(LAUNCH, { epoch })).toBeUndefined();
      expect(await backend.endWorkflow(LAUNCH, {})).toEqual({ entries: 0, logItems: 0 });
      await expectRejection(() => startWorkflow(backend, { join: "must-exist" }), "MEM_NOT_FOUND");
      expect((await backend.takeExpired("acme")).map((state) => state.epoch)).toEqual([epoch]);
    });

    it("are not seen otherwise", async () => {
      const { backend, advance } = await open();
      await startWorkflow(backend);
      await advance(TIMEOUT);
      expect(await backend.getWorkflow(LAUNCH)).toBeUndefined();
      expect((await backend.listWorkflows("acme", { limit: 10 })).items).toEqual([]);
      expect(await backend.stats("acme")).toEqual({ entries: 0, workflows: 0 });
      expect(await backend.workflowSize(LAUNCH)).toBeUndefined();
    });

    it.each(["never", "if-exists"] as const)(
      "are told of to who starts the next lifetime with join %s, and to nobody else",
      async (join) => {
        const { backend, advance } = await open();
        const first = await startWorkflow(backend, { metadata: { n: 1 } });
        await backend.count(LAUNCH_WRITER, inSession(first));
        const state = await backend.getWorkflow(LAUNCH);
        await advance(TIMEOUT);
        const second = await startWorkflow(backend, { metadata: { n: 2 }, join });
        expect(second).toMatchObject({ created: true, metadata: { n: 2 }, activity: [] });
        expect(second.expired).toEqual(state);
        expect(await startWorkflow(backend, { join: "if-exists" })).not.toHaveProperty("expired");
        expect(await backend.takeExpired("acme")).toEqual([]);
        await advance(TIMEOUT);
        const expired = await backend.takeExpired("acme");
        expect(expired.map(({ epoch }) => epoch)).toEqual([second.epoch]);
      },
    );

    it("are not told of to who starts the next lifetime when that is known already", async () => {
      const { backend, advance } = await open();
      await startWorkflow(backend);
      await advance(TIMEOUT);
      expect(await backend.takeExpired("acme")).toHaveLength(1);
      expect(await startWorkflow(backend)).not.toHaveProperty("expired");
      await backend.endWorkflow(LAUNCH, {});
      expect(await startWorkflow(backend)).not.toHaveProperty("expired");
      await advance(3 * TIMEOUT);
      expect(await startWorkflow(backend)).not.toHaveProperty("expired");
    });

    it("are told of once, when some start and some ask at once", async () => {
      const { backend, advance } = await open();
      const ids = await startMany(backend, 10);
      await advance(TIMEOUT);
      const starts = ids.map((workflowId) =>
        startWorkflow(backend, {}, { tenantId: "acme", workflowId }),
      );
      const [taken, ...started] = await Promise.all([backend.takeExpired("acme"), ...starts]);
      const all = [...taken, ...started.flatMap(({ expired }) => expired ?? [])];
      expect(idsOf(all)).toEqual(ids);
    });

    it("are handed out as the caller's own", async () => {
      const { backend, advance } = await open();
      const metadata = { goal: { leads: 10 } };
      await startWorkflow(backend, { metadata });
      await advance(TIMEOUT);
      const { expired } = await startWorkflow(backend, { metadata: { goal: { leads: 10 } } });
      expect(expired?.metadata).toEqual({ goal: { leads: 10 } });
      ruin(expired);
      expect((await backend.getWorkflow(LAUNCH))?.metadata).toEqual({ goal: { leads: 10 } });
    });
  });
}

/** Starts many workflows; returns their ids, in order. */
async function startMany(backend: ShortTermBackend, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, i) => `run ${String(i).padStart(3, "0")}`);
  await Promise.all(
    ids.map((workflowId) => startWorkflow(backend, {}, { tenantId: "acme", workflowId })),
  );
  return ids;
}

function idsOf(states: readonly WorkflowState[]): string[] {
  return states.map(({ workflowId }) => workflowId).toSorted();
}
