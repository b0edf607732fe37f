import type { CallOptions, JsonValue, Scope, ShortTermBackend, ShortTermWrite } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonValue } from "../arbitrary-json.ts";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Opened } from "./harness.ts";
import { EDITOR, getOne, valueOf, write, WRITER } from "./samples.ts";
import { inSession, LAUNCH, LAUNCH_WRITER, startWorkflow, TIMEOUT } from "./workflow-samples.ts";

/** Single values by the shortest path: by `atOnce` if the backend has it, else by `get` and `save`. */
export function answersAtOnce(open: Opened): void {
  describe("single values, at once where that is offered", () => {
    it("give what get gives, and store what save stores", async () => {
      await fc.assert(
        fc.asyncProperty(jsonValue, async (value) => {
          const { backend } = await open();
          expect(await getValue(backend, WRITER, "plan")).toBeUndefined();
          expect(await saveValue(backend, WRITER, write("plan", value))).toBe(true);
          const entry = await getOne(backend, WRITER, "plan");
          expect(entry?.value).toEqual(value);
          expect(await getValue(backend, WRITER, "plan")).toEqual(value);
          expect(await getValue(backend, EDITOR, "plan")).toBeUndefined();
          expect(await backend.count(WRITER)).toBe(1);
        }),
        { numRuns: 15 },
      );
    });

    it("meet conditions, and make a version each", async () => {
      const { backend } = await open();
      const save = (more: Partial<ShortTermWrite>, value: JsonValue = 1) =>
        saveValue(backend, WRITER, write("plan", value, more));
      expect(await save({ ifVersion: "of nothing" })).toBe(false);
      expect(await save({ ifAbsent: true })).toBe(true);
      const first = (await getOne(backend, WRITER, "plan"))?.version as string;
      expect(await save({ ifAbsent: true }, 2)).toBe(false);
      expect(await save({ ifVersion: first }, 3)).toBe(true);
      expect(await save({ ifVersion: first }, 4)).toBe(false);
      expect(await save({ opId: "one" }, 5)).toBe(true);
      expect(await save({ opId: "one" }, 6)).toBe(true);
      expect(await getValue(backend, WRITER, "plan")).toBe(5);
      expect((await getOne(backend, WRITER, "plan"))?.version).not.toBe(first);
    });

    it("share nothing with what is kept", async () => {
      const { backend } = await open();
      await saveValue(backend, WRITER, write("plan", { steps: [1] }));
      const mine = (await getValue(backend, WRITER, "plan")) as { steps: number[] };
      mine.steps.push(2);
      expect(await getValue(backend, WRITER, "plan")).toEqual({ steps: [1] });
      expect(await valueOf(backend, WRITER, "plan")).toEqual({ steps: [1] });
    });

    it("end with their time", async () => {
      const { backend, advance } = await open();
      await saveValue(backend, WRITER, write("plan", 1, { ttlMs: 60_000 }));
      await advance(59_000);
      expect(await getValue(backend, WRITER, "plan")).toBe(1);
      await advance(1000);
      expect(await getValue(backend, WRITER, "plan")).toBeUndefined();
      expect(await saveValue(backend, WRITER, write("plan", 2, { ifAbsent: true }))).toBe(true);
    });

    it("are tied to a session as any other call", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      await advance(TIMEOUT / 2);
      const plan = write("plan", 1, { ttlMs: "session" });
      await saveValue(backend, LAUNCH_WRITER, plan, inSession(started));
      await advance(TIMEOUT - 1000);
      expect(await getValue(backend, LAUNCH_WRITER, "plan", inSession(started))).toBe(1);
      expect((await backend.getWorkflow(LAUNCH))?.activity).toMatchObject([{ operations: 2 }]);
      await backend.endWorkflow(LAUNCH, {});
      const late = [
        () => getValue(backend, LAUNCH_WRITER, "plan", inSession(started)),
        () => saveValue(backend, LAUNCH_WRITER, write("plan", 2), inSession(started)),
        () => saveValue(backend, LAUNCH_WRITER, plan),
      ];
      for (const call of late) await expectRejection(call, "MEM_SESSION_ENDED");
      expect(await backend.count(LAUNCH_WRITER)).toBe(0);
    });

    it("are refused in a bad scope, when given up, and once the backend is closed", async () => {
      const { backend } = await open();
      const fired = { signal: AbortSignal.abort() };
      const nowhere = { tenantId: "acme" } as Scope;
      for (const call of [getValue, saveValueOne]) {
        await call(backend, WRITER, "plan");
        await expectRejection(() => call(backend, WRITER, "plan", fired), "MEM_ABORTED");
        await expectRejection(() => call(backend, nowhere, "plan"), "MEM_INVALID_ARGUMENT");
      }
      await backend.close();
      for (const call of [getValue, saveValueOne]) {
        await expectRejection(() => call(backend, WRITER, "plan"), "MEM_CLOSED");
      }
    });
  });
}

async function getValue(
  backend: ShortTermBackend,
  scope: Scope,
  key: string,
  options?: CallOptions,
): Promise<JsonValue | undefined> {
  if (backend.atOnce !== undefined) return backend.atOnce.get(scope, key, options);
  const [entry] = await backend.get(scope, [key], options);
  return entry?.value;
}

async function saveValue(
  backend: ShortTermBackend,
  scope: Scope,
  one: ShortTermWrite,
  options?: CallOptions,
): Promise<boolean> {
  if (backend.atOnce !== undefined) return backend.atOnce.save(scope, one, options);
  const [result] = await backend.save(scope, [one], options);
  return result!.stored;
}

function saveValueOne(
  backend: ShortTermBackend,
  scope: Scope,
  key: string,
  options?: CallOptions,
): Promise<boolean> {
  return saveValue(backend, scope, write(key), options);
}
