import { readFile } from "node:fs/promises";
import { createRedisBackend } from "@mem/backend-redis";
import { startRedis } from "@mem/redis-server";
import { afterAll, describe, expect, it } from "vitest";
import { until, WRITER, write } from "./samples.ts";

const server = await startRedis();
afterAll(() => server.stop());

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const [, rule = ""] = /^(ACL SETUSER .*)$/m.exec(readme) ?? [];

const START = { timeoutMs: 1000, metadata: {}, join: "never", opId: "start" } as const;

describe("the permissions that the README lists", () => {
  it("are enough for everything", async () => {
    await server.command(...rule.split(" "));
    const backend = createRedisBackend({ url: `redis://mem:PASSWORD@127.0.0.1:${server.port}` });
    const workflow = { tenantId: "acme", workflowId: "launch" };
    const short = { tenantId: "acme", workflowId: "short" };
    const woken: string[] = [];
    const bounds = { maxItems: 1, ttlMs: 1000 };
    const items = [
      { id: "a", value: 1 },
      { id: "b", value: 2 },
    ];
    for (const scope of [WRITER, workflow]) {
      await backend.save(scope, [
        write("a"),
        write("b", { ttlMs: null }),
        write("a2", { ttlMs: 1 }),
      ]);
      await backend.append(scope, "log", items, bounds);
    }
    for (const [i, keepData] of [true, false].entries()) {
      const { epoch } = await backend.startWorkflow(workflow, { ...START, opId: `start ${i}` });
      const session = { epoch, agentId: "writer", activity: "operation" } as const;
      await backend.save(workflow, [write("c", { ttlMs: "session" }), write("d")], { session });
      await backend.append(workflow, "log", items, { ...bounds, ttlMs: "session" }, { session });
      await backend.append(workflow, "other", items, bounds);
      await backend.get(workflow, ["a", "b"]);
      await backend.read(workflow, "log", { limit: 10 });
      await backend.find(workflow, "log", ["a", "b"]);
      await backend.watchWorkflow(workflow, () => woken.push("changed"));
      const step = { step: "draft", ttlMs: 1000, opId: "claim" };
      const claim = (await backend.claim(workflow, step, { session }))!;
      const tied = { session: { ...session, claim } };
      await backend.append(workflow, "log", [{ id: "c", value: 1, ties: ["t"] }], bounds, tied);
      await backend.edit(workflow, "log", { id: "c", value: 2 });
      await backend.edit(workflow, "log", { id: "c" });
      await backend.changeClaim(workflow, { ...claim, to: "done" }, { session });
      await backend
        .save(workflow, [write("e")], tied)
        .catch(({ code }) => expect(code).toBe("MEM_CONFLICT"));
      expect((await backend.workflowSize(workflow))?.bytes).toBeGreaterThan(100);
      await backend.delete(workflow, [{ key: "d" }, { key: "b" }]);
      await backend.endWorkflow(workflow, { epoch, keepData });
      await backend.save(workflow, [write("c", { ttlMs: "keep" })]);
    }
    await until(async () => woken.length > 0, "changes are told");
    await backend.startWorkflow(short, { ...START, timeoutMs: 1 });
    await until(async () => (await backend.takeExpired("acme")).length === 1, "it times out");
    for (const scope of [WRITER, workflow]) {
      await backend.increment(scope, { key: "n", by: 1, ttlMs: null });
      await backend.delete(scope, [{ key: "n" }]);
    }
    await backend.get(WRITER, ["a"]);
    await backend.list(WRITER, { limit: 10 });
    await backend.list(workflow, { limit: 10 });
    await backend.count(WRITER);
    await backend.count(workflow);
    await backend.listWorkflows("acme", { limit: 10 });
    await backend.delete(WRITER, [{ key: "b" }]);
    expect(await backend.clear(WRITER)).toBe(1);
    expect(await backend.clear(workflow)).toBe(1);
    expect(await backend.stats("acme")).toEqual({ entries: 0, workflows: 0 });
    expect((await backend.health()).status).toBe("ok");
    await backend.close();
  });
});
