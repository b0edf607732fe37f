import type { CallOptions, ShortTermBackend, WorkflowClaim } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Opened } from "./harness.ts";
import { saveOne, valueOf, write } from "./samples.ts";
import {
  CLAIM_TTL,
  claimStep,
  expectConflict,
  fillWorkflow,
  inSession,
  LAUNCH,
  LAUNCH_WRITER,
  seeWorkflow,
  startWorkflow,
  TIMEOUT,
} from "./workflow-samples.ts";

interface Write {
  readonly method: string;
  readonly run: (backend: ShortTermBackend, options: CallOptions) => Promise<unknown>;
}

const BOUNDS = { maxItems: 10, ttlMs: "session" } as const;

/** Every call that changes something and can be tied to a claim. */
const WRITES: readonly Write[] = [
  {
    method: "save",
    run: (backend, options) => backend.save(LAUNCH_WRITER, [write("session", 2)], options),
  },
  {
    method: "increment",
    run: (backend, options) =>
      backend.increment(LAUNCH_WRITER, { key: "hits", by: 1, ttlMs: "session" }, options),
  },
  {
    method: "delete",
    run: (backend, options) => backend.delete(LAUNCH_WRITER, [{ key: "session" }], options),
  },
  { method: "clear", run: (backend, options) => backend.clear(LAUNCH_WRITER, options) },
  {
    method: "append",
    run: (backend, options) =>
      backend.append(LAUNCH, "chat", [{ id: "z", value: 1 }], BOUNDS, options),
  },
  {
    method: "edit",
    run: (backend, options) => backend.edit(LAUNCH, "chat", { id: "a", value: 1 }, options),
  },
  {
    method: "edit that removes",
    run: (backend, options) => backend.edit(LAUNCH, "chat", { id: "a" }, options),
  },
];

export function standsOnClaims(open: Opened): void {
  describe("writes that stand on a claim", () => {
    it.each(WRITES)("$method is done while it is held", async ({ run }) => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      await fillWorkflow(backend);
      const before = await see(backend);
      const claim = await claimStep(backend, started);
      await run(backend, on(started, claim!));
      expect(await see(backend)).not.toEqual(before);
    });

    it.each(WRITES)("$method rejects once it has lapsed, and changes nothing", async ({ run }) => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      await fillWorkflow(backend);
      const lapsed = await claimStep(backend, started);
      await advance(CLAIM_TTL);
      await expectUnchanged(backend, () => run(backend, on(started, lapsed!)));
      await claimStep(backend, started);
      await expectUnchanged(backend, () => run(backend, on(started, lapsed!)));
    });

    it.each(WRITES)("$method rejects once the step is done or free", async ({ run }) => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      await fillWorkflow(backend);
      for (const to of ["free", "done"] as const) {
        const { step, token } = (await claimStep(backend, started))!;
        await backend.changeClaim(LAUNCH, { step, token, to }, inSession(started));
        await expectUnchanged(backend, () => run(backend, on(started, { step, token })));
      }
    });

    it("are refused by a claim that never was, of another step, or of another lifetime", async () => {
      const { backend } = await open();
      const old = await startWorkflow(backend);
      const { token } = (await claimStep(backend, old))!;
      for (let i = 0; i < 3; i++) await claimStep(backend, old, { step: `step ${i}` });
      const { token: late } = (await claimStep(backend, old, { step: "late" }))!;
      const [save] = WRITES as [Write];
      for (const ref of [
        { step: "draft", token: token + 1 },
        { step: "draft", token: late },
        { step: "late", token },
        { step: "review", token },
        { step: "__proto__", token },
      ])
        await expectUnchanged(backend, () => save.run(backend, on(old, ref)));
      await backend.endWorkflow(LAUNCH, {});
      const successor = await startWorkflow(backend);
      await claimStep(backend, successor);
      await expectUnchanged(backend, () =>
        save.run(backend, on(successor, { step: "late", token: late })),
      );
    });

    it("are done when the claim was renewed in time", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      const { step, token } = (await claimStep(backend, started))!;
      await advance(CLAIM_TTL - 1000);
      const renewal = { step, token, to: "renewed", ttlMs: CLAIM_TTL } as const;
      await backend.changeClaim(LAUNCH, renewal, inSession(started));
      await advance(CLAIM_TTL - 1000);
      await backend.save(LAUNCH_WRITER, [write("plan", 1)], on(started, { step, token }));
      expect(await valueOf(backend, LAUNCH_WRITER, "plan")).toBe(1);
    });

    it("are refused as a whole", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const gone = on(started, { step: "draft", token: 1 });
      await expectUnchanged(backend, () =>
        backend.save(LAUNCH_WRITER, [write("a"), write("b")], gone),
      );
      await expectUnchanged(backend, () =>
        backend.append(
          LAUNCH,
          "chat",
          [
            { id: "1", value: 1 },
            { id: "2", value: 2 },
          ],
          BOUNDS,
          gone,
        ),
      );
    });

    it("do not hold up those that stand on another, or on none", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const claim = (await claimStep(backend, started))!;
      const gone = { step: "review", token: claim.token };
      const settled = await Promise.allSettled(
        [on(started, claim), on(started, gone), inSession(started), on(started, gone), {}].map(
          (options, i) => backend.save(LAUNCH_WRITER, [write(`key ${i}`, i)], options),
        ),
      );
      expect(settled.map(({ status }) => status)).toEqual([
        "fulfilled",
        "rejected",
        "fulfilled",
        "rejected",
        "fulfilled",
      ]);
      expect((await backend.list(LAUNCH_WRITER, { limit: 9 })).items.map(({ key }) => key)).toEqual(
        ["key 0", "key 2", "key 4"],
      );
    });

    it("are refused at once, where a backend can", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const claim = (await claimStep(backend, started))!;
      const save = async (value: number, options: CallOptions): Promise<unknown> => {
        const one = write("plan", value);
        if (backend.atOnce === undefined) return backend.save(LAUNCH_WRITER, [one], options);
        return backend.atOnce.save(LAUNCH_WRITER, one, options);
      };
      await save(1, on(started, claim));
      await expectUnchanged(backend, () =>
        save(2, on(started, { ...claim, token: claim.token + 1 })),
      );
      expect(await valueOf(backend, LAUNCH_WRITER, "plan")).toBe(1);
    });

    it("say so when the session has ended", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      const claim = (await claimStep(backend, started, { ttlMs: 10 * TIMEOUT }))!;
      await saveOne(backend, LAUNCH_WRITER, write("plan", 1));
      await advance(TIMEOUT);
      await expect(
        backend.save(LAUNCH_WRITER, [write("plan", 2)], on(started, claim)),
      ).rejects.toMatchObject({ code: "MEM_SESSION_ENDED" });
      expect(await backend.count(LAUNCH_WRITER)).toBe(0);
    });
  });
}

/** Ties a call to a session and to a claim in it. */
function on(
  started: { readonly epoch: string },
  { step, token }: Pick<WorkflowClaim, "step" | "token">,
): CallOptions {
  return inSession(started, { claim: { step, token } });
}

/** All that a write can change, including the expiry and the activity of the session. */
async function see(backend: ShortTermBackend): Promise<unknown> {
  const log = await backend.read(LAUNCH, "chat", { limit: 100 });
  return [await backend.getWorkflow(LAUNCH), await seeWorkflow(backend), log];
}

async function expectUnchanged(
  backend: ShortTermBackend,
  call: () => Promise<unknown>,
): Promise<void> {
  const before = await see(backend);
  await expectConflict(call);
  expect(await see(backend)).toEqual(before);
}
