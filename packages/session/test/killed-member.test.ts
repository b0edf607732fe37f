import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRedisBackend } from "@mem/backend-redis";
import { MemoryManager, type MemoryManagerOptions } from "@mem/core";
import { createJsonlRecords } from "@mem/records-jsonl";
import { startRedis } from "@mem/redis-server";
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createSession } from "../src/index.ts";

const server = await startRedis();
afterAll(() => server.stop());

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "mem-killed-"));
});
afterEach(() => rm(dir, { recursive: true }));

function openMemory(options: Partial<MemoryManagerOptions> = {}): MemoryManager {
  const memory = new MemoryManager({
    shortTerm: createRedisBackend({ url: server.url }),
    records: createJsonlRecords({ dir }),
    ...options,
  });
  onTestFinished(() => memory.close());
  return memory;
}

/** Runs a process that has a session, and kills it in the middle of it. */
async function killMember(timeout: number): Promise<void> {
  const path = fileURLToPath(new URL("fixtures/member-process.ts", import.meta.url));
  const args = ["--conditions=@mem/source", path, server.url, dir, String(timeout)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  const [first] = (await Promise.race([once(child.stdout, "data"), ended])) as [unknown];
  expect(String(first)).toContain("ready");
  child.kill("SIGKILL");
  await ended;
}

describe("a session whose process was killed", () => {
  it("goes on in another process where it was", async () => {
    await killMember(600);
    const memory = openMemory();
    const session = await createSession({ memory, workflowId: "spring", join: "must-exist" });
    expect(await session.retrieveAgentMemory("writer", "draft")).toBe("half of it");
    expect(await session.team.retrieve("status")).toBe("writing");
    expect(await session.getConversationHistory()).toMatchObject([{ id: "m-1", position: 1 }]);
    expect(await session.claim("write", { ttl: 60 })).toBeUndefined();
    expect(await session.claim("plan", { ttl: 60 })).toBeUndefined();
    const { claims, agents } = await session.getSessionSummary();
    expect(claims).toMatchObject([{ step: "write", agentId: "writer", isDone: false }]);
    expect(agents.map(({ agentId }) => agentId)).toContain("writer");
    await session.endSession();
    expect(await memory.getStats()).toMatchObject({ activeSessions: 0, shortTermEntries: 0 });
    const trail = await Array.fromAsync(memory.getExecutionRecords({ order: "oldest" }));
    expect(trail).toMatchObject([{ status: "started" }, { status: "success" }]);
  });

  it("is told as ended once, by one of those that live, when its timeout has passed", async () => {
    const living = [openMemory({ sweepInterval: 0.1 }), openMemory({ sweepInterval: 0.1 })];
    for (const [n, memory] of living.entries()) {
      await createSession({ memory, workflowId: `other-${n}`, timeout: 600 });
    }
    await killMember(1);
    const [memory] = living as [MemoryManager];
    const trail = (): Promise<unknown[]> =>
      Array.fromAsync(memory.getExecutionRecords({ workflowId: "spring", order: "oldest" }));
    await expect.poll(trail).toHaveLength(2);
    expect(await memory.getStats()).toMatchObject({ activeSessions: 2, shortTermEntries: 0 });
    // Both have swept again by the time one of them is closed.
    await Promise.all(living.map((each) => each.close()));
    const told = openMemory();
    const found = await Array.fromAsync(
      told.getExecutionRecords({ workflowId: "spring", order: "oldest" }),
    );
    expect(found).toMatchObject([
      { status: "started" },
      { status: "cancelled", output: { status: "ended", messages: 1 } },
    ]);
  });
});
