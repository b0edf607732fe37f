import { spawn } from "node:child_process";
import { getEventListeners, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryError, MemoryManager, type ExecutionRecord } from "@mem/core";
import { createJsonlRecords } from "@mem/records-jsonl";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createSession } from "../src/index.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "mem-signals-"));
});
afterEach(() => rm(dir, { recursive: true }));

interface Ended {
  /** What a shell would report. */
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Runs a task of `signalled-process.ts` and sends it signals: the first when it is ready, each other one 50 ms after
 * the one before it, plus the milliseconds given between them.
 */
async function run(task: string, ...signals: (keyof typeof NUMBERS | number)[]): Promise<Ended> {
  const path = fileURLToPath(new URL("fixtures/signalled-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@mem/source", path, task, dir]);
  const closed = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await closed;
  });
  const [output, errors] = [text(child.stdout), text(child.stderr)];
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (data: Buffer) => data.toString().includes("ready") && resolve());
    child.on("close", () => reject(new Error("the process ended before it was ready")));
  });
  for (const signal of signals) {
    if (typeof signal === "string") child.kill(signal);
    await new Promise((resolve) => setTimeout(resolve, typeof signal === "string" ? 50 : signal));
  }
  const [code, signal] = (await closed) as [number | null, keyof typeof NUMBERS | null];
  const exitCode = code ?? 128 + NUMBERS[signal as keyof typeof NUMBERS];
  return { exitCode, output: await output, errors: await errors };
}

async function ends(): Promise<ExecutionRecord[]> {
  await using records = createJsonlRecords({ dir });
  await using memory = new MemoryManager({ shortTerm: createMemoryBackend(), records });
  const trail = await Array.fromAsync(memory.getExecutionRecords({ order: "oldest" }));
  return trail.filter(({ status }) => status !== "started");
}

describe("a signal that asks the process to end", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends each of its sessions once, then the process: %s, %i", async (signal, code) => {
    expect(await run("two sessions", signal)).toMatchObject({ exitCode: code, errors: "" });
    const cancelled = {
      status: "cancelled",
      error: { message: `the process received ${signal}` },
      output: { status: "ended" },
    };
    const ended = Object.groupBy(await ends(), ({ workflowId = "" }) => workflowId);
    expect(ended).toMatchObject({ one: [cancelled], two: [cancelled] });
  });

  it("ends them once also where it is sent again, and by another", async () => {
    const signals = ["SIGINT", "SIGINT", "SIGTERM", "SIGINT"] as const;
    expect([130, 143]).toContain((await run("a slow end", ...signals)).exitCode);
    expect(await ends()).toMatchObject([{ status: "cancelled", workflowId: "one" }]);
  });

  it("ends the process at once where it is sent again in earnest, and an end takes too long", async () => {
    expect((await run("an end that hangs", "SIGINT", 1500, "SIGINT")).exitCode).toBe(130);
    expect(await ends()).toEqual([]);
  });

  it("ends a session that was about to start", async () => {
    expect(await run("a slow start", "SIGTERM")).toMatchObject({ exitCode: 143, errors: "" });
    expect(await ends()).toMatchObject([{ status: "cancelled", workflowId: "one" }]);
  });

  it("ends also a session that starts while others end", async () => {
    expect(await run("a start meanwhile", "SIGTERM")).toMatchObject({ exitCode: 143, errors: "" });
    const ended = Object.groupBy(await ends(), ({ workflowId = "" }) => workflowId);
    expect(ended).toMatchObject({ one: [{ status: "cancelled" }], two: [{ status: "cancelled" }] });
  });

  it("ends all of them also where a body throws meanwhile, and its error does not end the process before", async () => {
    expect(await run("bodies that throw", "SIGTERM")).toMatchObject({ exitCode: 143, errors: "" });
    const ended = Object.groupBy(await ends(), ({ workflowId = "" }) => workflowId);
    expect(ended).toMatchObject({ one: [{ status: "cancelled" }], two: [{ status: "cancelled" }] });
  });

  it("leaves the end of the process to others that listen to it", async () => {
    const { exitCode, output } = await run("a listener of its own", "SIGTERM");
    expect(exitCode).toBe(7);
    expect(output).toContain("left; listeners: 1");
    expect(await ends()).toMatchObject([{ status: "cancelled" }]);
  });

  it("does not end the session of a member that joined it", async () => {
    expect((await run("a member that joined", "SIGINT")).exitCode).toBe(130);
    expect(await ends()).toEqual([]);
  });

  it("takes its usual course where no session waits for it any more", async () => {
    const { exitCode, output } = await run("a session that has ended", "SIGINT");
    expect(exitCode).toBe(130);
    expect(output).toContain("listeners: 0");
    expect(await ends()).toMatchObject([{ status: "success" }]);
  });
});

describe("listening to signals", () => {
  it("is done once however many sessions there are, and ends with the last of them", async () => {
    await using memory = new MemoryManager({ shortTerm: createMemoryBackend() });
    const before = process.listenerCount("SIGTERM");
    const listening = (): number => process.listenerCount("SIGTERM") - before;
    const sessions = await Promise.all(
      Array.from({ length: 20 }, () => createSession({ memory, signals: ["SIGTERM"] })),
    );
    expect(listening()).toBe(1);
    for (const session of sessions.slice(1)) await session.endSession();
    expect(listening()).toBe(1);
    await sessions[0]?.leave();
    expect(listening()).toBe(0);
    const [{ workflowId }] = [await createSession({ memory })];
    await expect(createSession({ memory, workflowId, signals: true })).rejects.toMatchObject({
      code: "MEM_SESSION_EXISTS",
    });
    expect(listening()).toBe(0);
  });

  it("ends with a block whose session could not be ended", async () => {
    const shortTerm = createMemoryBackend();
    shortTerm.endWorkflow = async () => {
      throw new MemoryError("MEM_UNAVAILABLE", "down");
    };
    await using memory = new MemoryManager({ shortTerm });
    const { signal } = new AbortController();
    const before = process.listenerCount("SIGTERM");
    const session = await createSession({ memory, signals: true, signal });
    await expect(session.endSession()).rejects.toMatchObject({ code: "MEM_UNAVAILABLE" });
    // The end may be tried again, also by a signal.
    expect(process.listenerCount("SIGTERM")).toBe(before + 1);
    await session[Symbol.asyncDispose]();
    expect(process.listenerCount("SIGTERM")).toBe(before);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it.each(["SIGTERM", ["SIGKILL"], [15], null])("is refused for %j", async (signals) => {
    await using memory = new MemoryManager({ shortTerm: createMemoryBackend() });
    await expect(createSession({ memory, signals: signals as never })).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "options.signals",
    });
  });
});
