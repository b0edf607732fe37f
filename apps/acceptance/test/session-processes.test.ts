import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { MemoryManager } from "@mem/core";
import { startRedis, type RedisServer } from "@mem/redis-server";
import { createSession } from "@mem/session";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openRedisMemory } from "./redis-memory.ts";

const PROGRAM = join(import.meta.dirname, "session-member.ts");

let server: RedisServer;
let folder: string;
let memory: MemoryManager;
let offsetMs: number;
beforeEach(async () => {
  server = await startRedis();
  folder = await mkdtemp(join(tmpdir(), "mem-session-processes-"));
  offsetMs = 0;
  memory = openRedisMemory(server.url, folder, () => offsetMs);
});
afterEach(async () => {
  await memory.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

interface Member {
  /** What the process has printed; complete once `closed` has resolved. */
  readonly lines: readonly string[];
  readonly closed: Promise<unknown>;
  kill(): Promise<unknown>;
}

/** Starts a process; it is killed when it prints `killAt`. */
function startMember(task: readonly string[], killAt?: string): Member {
  const args = ["--conditions=@mem/source", PROGRAM, server.url, folder, ...task];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    if (line === killAt) child.kill("SIGKILL");
  });
  const closed = once(child, "close");
  const kill = async (): Promise<unknown> => (child.kill("SIGKILL"), closed);
  return { lines, closed, kill };
}

describe("a session whose process is killed", () => {
  it("goes on in another one with its conversation, memory and claims", async () => {
    const member = startMember(["write"], "30");
    expect(await member.closed).toEqual([null, "SIGKILL"]);
    const acknowledged = Number(member.lines.at(-1));

    const session = await createSession({ memory, workflowId: "spring", join: "must-exist" });
    expect(await session.retrieveAgentMemory("writer", "draft")).toBe("half of it");
    expect(await session.team.retrieve("deadline")).toBe("2026-03-20");
    const history = await session.getConversationHistory({ limit: 1000 });
    expect(history.map(({ id }) => id)).toEqual(history.map((_, n) => `m-${n + 1}`));
    // Whether the message underway was stored, only the killed process could have told.
    expect(history.length - acknowledged).toBeOneOf([0, 1]);
    const lastKept = `m-${acknowledged}`;
    const found = await session.searchConversation(`line ${acknowledged}`, { neighbours: false });
    expect(found.map(({ id }) => id)).toContain(lastKept);
    const longTerm = { memoryType: "long_term" } as const;
    expect(await memory.retrieve("writer", "a lesson", longTerm)).toBe("half of it");

    // A completed step stays completed; the step underway is free once its claim has lapsed.
    expect(await session.claim("write", { ttl: 60 })).toBeUndefined();
    offsetMs += 61_000;
    expect(await session.claim("plan", { ttl: 60 })).toBeUndefined();
    const claim = await session.claim("write", { ttl: 60, agentId: "another writer" });
    expect(claim?.token).toBeGreaterThan(2);
    await claim?.forAgent("writer").save("draft", "all of it");
    await claim?.complete();
    await session.endSession();
    expect(await memory.getStats()).toMatchObject({ activeSessions: 0, shortTermEntries: 0 });
    const trail = await Array.fromAsync(memory.getExecutionRecords({ order: "oldest" }));
    expect(trail).toMatchObject([{ status: "started" }, { status: "success" }]);
  });
});

describe("watching from another process", () => {
  it("sees what this one saves, and goes on where a process was killed", async () => {
    const session = await createSession({ memory, workflowId: "spring" });
    const review = session.watch({ key: "review" });
    const nextReview = async (): Promise<unknown> => (await review.next()).value?.entry?.value;

    const first = startMember(["review"]);
    await session.team.save("draft", "one");
    expect(await nextReview()).toBe("one is fine");
    await session.team.save("draft", "two");
    expect(await nextReview()).toBe("two is fine");
    await first.kill();
    const [position = "", value] = JSON.parse(first.lines.at(-1) ?? "") as string[];
    expect(value).toBe("two");

    await session.team.save("draft", "three");
    const second = startMember(["review", position]);
    expect(await nextReview()).toBe("three is fine");
    await session.team.save("draft", "final");
    expect(await nextReview()).toBe("final is fine");
    // The process ends by itself: watching leaves nothing behind.
    expect(await second.closed).toEqual([0, null]);
    const seen = second.lines.map((line) => (JSON.parse(line) as string[])[1]);
    expect(seen).toEqual(["three", "final"]);
    await review.return?.();
  });
});
