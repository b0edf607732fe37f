import type { ShortTermBackend } from "@mem/core";
import { describe, expect, it } from "vitest";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Opened } from "./harness.ts";
import { getOne, saveOne, valueOf, write, WRITER } from "./samples.ts";
import {
  claimStep,
  expectConflict,
  inSession,
  LAUNCH,
  LAUNCH_WRITER,
  sessionWrite,
  startWorkflow,
  TIMEOUT,
} from "./workflow-samples.ts";

export function sharesMemory(open: Opened): void {
  /** Two handles on one memory; twice the same one if the memory is not shared. */
  const handles = async (): Promise<readonly [ShortTermBackend, ShortTermBackend]> => {
    const { backend, another } = await open();
    return [backend, another === undefined ? backend : await another()];
  };

  describe("two handles on one memory", () => {
    it("are to be had where the backend says that it is shared, and only there", async () => {
      const { backend, another } = await open();
      expect(another !== undefined).toBe(backend.capabilities.shared);
    });

    it("see every write of each other at once", async () => {
      const [one, other] = await handles();
      const version = await saveOne(one, WRITER, write("plan", 1));
      expect(await getOne(other, WRITER, "plan")).toMatchObject({ value: 1, version });
      await saveOne(other, WRITER, write("plan", 2, { ifVersion: version }));
      expect(await valueOf(one, WRITER, "plan")).toBe(2);
      expect(await one.count(WRITER)).toBe(1);
      expect(await other.stats("acme")).toEqual(await one.stats("acme"));
      await other.clear(WRITER);
      expect((await one.list(WRITER, { limit: 10 })).items).toEqual([]);
    });

    it("let one of many win that save ifAbsent through both", async () => {
      const both = await handles();
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          both[i % 2 === 0 ? 0 : 1].save(WRITER, [write("plan", i, { ifAbsent: true })]),
        ),
      );
      expect(results.flat().filter((result) => result.stored)).toHaveLength(1);
    });

    it("put what is appended through both into one order, each item once", async () => {
      const both = await handles();
      const bounds = { maxItems: 100, ttlMs: null };
      await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          both[i % 2 === 0 ? 0 : 1].append(
            WRITER,
            "chat",
            [{ id: `m${i >> 1}`, value: i }],
            bounds,
          ),
        ),
      );
      const [seen, alsoSeen] = await Promise.all(
        both.map((handle) => handle.read(WRITER, "chat", { limit: 100 })),
      );
      expect(seen?.map((item) => item.position)).toEqual(
        Array.from({ length: 20 }, (_, i) => i + 1),
      );
      expect(alsoSeen).toEqual(seen);
    });

    it("are members of the same sessions", async () => {
      const [one, other] = await handles();
      const started = await startWorkflow(one);
      const joined = await startWorkflow(other, { join: "must-exist" });
      expect(joined.epoch).toBe(started.epoch);
      await one.save(LAUNCH_WRITER, [sessionWrite("plan")], inSession(started));
      await other.get(LAUNCH_WRITER, ["plan"], inSession(joined));
      expect((await one.getWorkflow(LAUNCH))?.activity).toMatchObject([{ operations: 2 }]);
      await other.endWorkflow(LAUNCH, { epoch: joined.epoch });
      await expectRejection(
        () => one.count(LAUNCH_WRITER, inSession(started)),
        "MEM_SESSION_ENDED",
      );
      expect(await one.count(LAUNCH_WRITER)).toBe(0);
    });

    it("see and change the same claims", async () => {
      const [one, other] = await handles();
      const started = await startWorkflow(one);
      const all = await Promise.all(
        Array.from({ length: 10 }, (_, i) => claimStep(i % 2 === 0 ? one : other, started)),
      );
      const claim = all.find((given) => given !== undefined)!;
      expect(all.filter((given) => given !== undefined)).toHaveLength(1);
      expect((await one.getWorkflow(LAUNCH))?.claims).toEqual([claim]);
      const done = { step: claim.step, token: claim.token, to: "done" } as const;
      await other.changeClaim(LAUNCH, done, inSession(started));
      expect((await one.getWorkflow(LAUNCH))?.claims).toMatchObject([{ isDone: true }]);
      await expectConflict(() =>
        one.save(LAUNCH_WRITER, [sessionWrite("plan")], inSession(started, { claim })),
      );
    });

    it("are told of what timed out once, whichever asks", async () => {
      const { backend: one, advance, another } = await open();
      const other = (await another?.()) ?? one;
      for (let i = 0; i < 20; i++)
        await startWorkflow(one, {}, { tenantId: "acme", workflowId: `run ${i}` });
      await advance(TIMEOUT);
      const all = await Promise.all(
        Array.from({ length: 6 }, (_, i) => (i % 2 === 0 ? one : other).takeExpired("acme")),
      );
      expect(new Set(all.flat().map(({ workflowId }) => workflowId)).size).toBe(20);
      expect(all.flat()).toHaveLength(20);
    });

    it("are closed one by one", async () => {
      const { backend, another } = await open();
      await saveOne(backend, WRITER, write("plan", 1));
      await (await another?.())?.close();
      expect(await valueOf(backend, WRITER, "plan")).toBe(1);
    });
  });
}
