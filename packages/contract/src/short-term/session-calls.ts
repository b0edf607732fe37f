import type { CallOptions, ShortTermBackend } from "@mem/core";
import { describe, expect, it } from "vitest";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Opened } from "./harness.ts";
import { getOne, saveOne, write, WRITER } from "./samples.ts";
import {
  fillWorkflow,
  inSession,
  LAUNCH,
  LAUNCH_WRITER,
  seeWorkflow,
  sessionWrite,
  startWorkflow,
  TIMEOUT,
} from "./workflow-samples.ts";

interface SessionCallCase {
  readonly method: string;
  readonly run: (backend: ShortTermBackend, options: CallOptions) => Promise<unknown>;
}

const BOUNDS = { maxItems: 10, ttlMs: "session" } as const;

const NOTHING_YET = {
  operations: 0,
  messages: 0,
  records: 0,
  errors: 0,
  firstAt: expect.any(Number),
  lastAt: expect.any(Number),
};

/** Every call that can be tied to a lifetime. */
const CALLS: readonly SessionCallCase[] = [
  { method: "get", run: (backend, options) => backend.get(LAUNCH_WRITER, ["session"], options) },
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
  {
    method: "list",
    run: (backend, options) => backend.list(LAUNCH_WRITER, { limit: 10 }, options),
  },
  { method: "count", run: (backend, options) => backend.count(LAUNCH_WRITER, options) },
  { method: "clear", run: (backend, options) => backend.clear(LAUNCH_WRITER, options) },
  {
    method: "append",
    run: (backend, options) =>
      backend.append(LAUNCH, "chat", [{ id: "z", value: 1 }], BOUNDS, options),
  },
  {
    method: "read",
    run: (backend, options) => backend.read(LAUNCH, "chat", { limit: 1 }, options),
  },
  {
    method: "find",
    run: (backend, options) => backend.find(LAUNCH, "chat", ["a", "x"], options),
  },
  {
    method: "edit",
    run: (backend, options) => backend.edit(LAUNCH, "chat", { id: "a", value: 1 }, options),
  },
  { method: "workflowSize", run: (backend, options) => backend.workflowSize(LAUNCH, options) },
  { method: "getWorkflow", run: (backend, options) => backend.getWorkflow(LAUNCH, options) },
];

export function tiesCallsToSessions(open: Opened): void {
  describe("calls tied to a session", () => {
    it.each(CALLS)("$method rejects with an old epoch and touches nothing", async ({ run }) => {
      const { backend } = await open();
      const old = await startWorkflow(backend);
      await backend.endWorkflow(LAUNCH, { epoch: old.epoch });
      await startWorkflow(backend);
      await fillWorkflow(backend);
      const before = [await backend.getWorkflow(LAUNCH), await seeWorkflow(backend)];
      await expectRejection(() => run(backend, inSession(old)), "MEM_SESSION_ENDED");
      expect([await backend.getWorkflow(LAUNCH), await seeWorkflow(backend)]).toEqual(before);
    });

    it.each(CALLS)("$method rejects once the session has ended", async ({ run }) => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      await backend.endWorkflow(LAUNCH, {});
      await expectRejection(() => run(backend, inSession(started)), "MEM_SESSION_ENDED");
      expect(await backend.getWorkflow(LAUNCH)).toBeUndefined();
    });

    it.each(CALLS)("$method rejects once the session has timed out", async ({ run }) => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      await advance(TIMEOUT);
      await expectRejection(() => run(backend, inSession(started)), "MEM_SESSION_ENDED");
      expect(await backend.getWorkflow(LAUNCH)).toBeUndefined();
    });

    it.each(CALLS)("$method slides the expiry and counts what its agent did", async ({ run }) => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      await fillWorkflow(backend);
      await advance(TIMEOUT / 2);
      await run(backend, inSession(started));
      const state = await backend.getWorkflow(LAUNCH);
      expect(state!.expiresAt).toBeGreaterThanOrEqual(started.expiresAt + TIMEOUT / 2);
      expect(state?.activity).toEqual([{ ...NOTHING_YET, agentId: "writer", operations: 1 }]);
    });

    it("is refused where there is no workflow in the scope", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      await expectRejection(
        () => backend.count(WRITER, inSession(started)),
        "MEM_INVALID_ARGUMENT",
      );
      await expectRejection(
        () => backend.save(WRITER, [sessionWrite("plan")]),
        "MEM_INVALID_ARGUMENT",
      );
      expect(await backend.count(WRITER)).toBe(0);
    });

    it("keeps alive what lives by the session, and nothing else", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      await backend.save(LAUNCH_WRITER, [
        sessionWrite("session"),
        write("own", 1, { ttlMs: TIMEOUT }),
      ]);
      await backend.append(LAUNCH, "chat", [{ id: "a", value: 1 }], BOUNDS);
      for (let i = 0; i < 3; i++) {
        await advance(TIMEOUT - 10_000);
        await backend.count(LAUNCH_WRITER, inSession(started));
      }
      const [session, own] = await backend.get(LAUNCH_WRITER, ["session", "own"]);
      const state = await backend.getWorkflow(LAUNCH);
      expect(session?.expiresAt).toBe(state?.expiresAt);
      expect(own).toBeUndefined();
      expect(await backend.read(LAUNCH, "chat", { limit: 10 })).toHaveLength(1);
    });

    it("does not slide for calls that are not tied to it, and does not count them", async () => {
      const { backend, advance } = await open();
      await startWorkflow(backend);
      const before = await backend.getWorkflow(LAUNCH);
      await advance(TIMEOUT / 2);
      for (const { run } of CALLS) await run(backend, {});
      expect(await backend.getWorkflow(LAUNCH)).toEqual(before);
    });

    it("slides without counting where no activity is named", async () => {
      const { backend, advance } = await open();
      const { epoch, expiresAt } = await startWorkflow(backend);
      await advance(TIMEOUT / 2);
      const state = await backend.getWorkflow(LAUNCH, { session: { epoch } });
      expect(state?.expiresAt).toBeGreaterThanOrEqual(expiresAt + TIMEOUT / 2);
      expect(state?.activity).toEqual([]);
    });

    it("counts each kind of activity of each agent, with first and last time", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      const act = (
        agentId: string,
        activity: "operation" | "message" | "record" | "error",
      ): Promise<unknown> => backend.count(LAUNCH, inSession(started, { agentId, activity }));
      await act("writer", "operation");
      await advance(1000);
      await Promise.all(Array.from({ length: 25 }, () => act("writer", "operation")));
      await act("writer", "message");
      await act("editor", "record");
      await act("\u{1F600}", "error");
      await act("\uFFFD", "error");
      await advance(1000);
      await act("writer", "error");
      const state = await backend.getWorkflow(LAUNCH);
      expect(state?.activity).toMatchObject([
        { agentId: "editor", operations: 0, messages: 0, records: 1, errors: 0 },
        { agentId: "writer", operations: 26, messages: 1, records: 0, errors: 1 },
        { agentId: "\uFFFD", errors: 1 },
        { agentId: "\u{1F600}", errors: 1 },
      ]);
      const [editor, writer] = state!.activity;
      expect(editor?.firstAt).toBe(editor?.lastAt);
      expect(writer!.lastAt - writer!.firstAt).toBeGreaterThanOrEqual(2000);
    });

    it.each(CALLS)("$method counts what no agent does, too", async ({ run }) => {
      const { backend } = await open();
      const { epoch } = await startWorkflow(backend);
      await fillWorkflow(backend);
      await run(backend, { session: { epoch, activity: "message" } });
      const state = await backend.getWorkflow(LAUNCH);
      expect(state?.activity).toEqual([{ ...NOTHING_YET, messages: 1 }]);
    });

    it("counts what no agent does by itself, before what agents do", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const { epoch } = started;
      const nobody: CallOptions = { session: { epoch, activity: "operation" } };
      await backend.count(LAUNCH, inSession(started, { agentId: " " }));
      await backend.count(LAUNCH, inSession(started));
      await Promise.all(Array.from({ length: 25 }, async () => backend.count(LAUNCH, nobody)));
      expect((await backend.getWorkflow(LAUNCH))?.activity).toEqual([
        { ...NOTHING_YET, operations: 25 },
        { ...NOTHING_YET, agentId: " ", operations: 1 },
        { ...NOTHING_YET, agentId: "writer", operations: 1 },
      ]);
    });

    it("shows a call's own activity in the state that it returns", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      const state = await backend.getWorkflow(LAUNCH, inSession(started, { activity: "record" }));
      expect(state?.activity).toMatchObject([{ agentId: "writer", records: 1 }]);
    });

    it("keeps the session's life with ttl keep", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend);
      await saveOne(backend, LAUNCH_WRITER, sessionWrite("plan"));
      await backend.save(LAUNCH_WRITER, [write("plan", 2, { ttlMs: "keep" })], inSession(started));
      const state = await backend.getWorkflow(LAUNCH);
      expect(await getOne(backend, LAUNCH_WRITER, "plan")).toMatchObject({
        value: 2,
        expiresAt: state?.expiresAt,
      });
    });
  });
}
