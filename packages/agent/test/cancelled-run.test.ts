import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, it } from "vitest";
import { BaseAgent, type RunContext } from "../src/index.ts";
import { openMemory } from "./memory.ts";

type Run = (context: RunContext) => Promise<string>;

class Worker extends BaseAgent<string, string> {
  readonly runs: RunContext[] = [];
  readonly #run: Run;
  constructor(home: ConstructorParameters<typeof BaseAgent>[0]["home"], run: Run) {
    super({ agentId: "worker", home });
    this.#run = run;
  }
  protected override run(_: string, context: RunContext): Promise<string> {
    this.runs.push(context);
    return this.#run(context);
  }
}

const forEver: Run = () => new Promise(() => undefined);
const heedful: Run = ({ signal }) =>
  new Promise((_, reject) => {
    signal?.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
  });

async function failuresOf(body: () => Promise<void>): Promise<unknown[]> {
  const failures: unknown[] = [];
  const listen = (failure: unknown): void => void failures.push(failure);
  subscribe("mem:failure", listen);
  try {
    await body();
  } finally {
    unsubscribe("mem:failure", listen);
  }
  return failures;
}

describe("a run that is cancelled", () => {
  it("does not begin where the signal had fired before, and is recorded", async () => {
    await using home = await openMemory();
    const agent = new Worker(home.memory, async () => "done");
    const signal = AbortSignal.abort(new Error("they left"));
    await expect(agent.execute("x", { signal })).rejects.toMatchObject({
      code: "MEM_ABORTED",
      outcome: "not-applied",
      cause: { message: "they left" },
    });
    expect(agent.runs).toEqual([]);
    const [started, ended] = await home.trail();
    expect(started).toMatchObject({ status: "started", input: "x" });
    expect(ended).toMatchObject({
      status: "cancelled",
      error: { name: "Error", message: "they left" },
      durationMs: expect.any(Number),
    });
    expect(ended?.metadata).toEqual(started?.metadata);
  });

  it.each([
    ["at once, where it heeds the signal", heedful],
    ["after a second, where it ignores it", forEver],
  ])("is recorded and over: %s", async (_, run) => {
    await using home = await openMemory();
    const agent = new Worker(home.memory, run);
    const controller = new AbortController();
    const failures = await failuresOf(async () => {
      const running = agent.execute("x", { signal: controller.signal });
      while (agent.runs.length === 0) await new Promise(setImmediate);
      controller.abort(new DOMException("too slow", "TimeoutError"));
      await expect(running).rejects.toMatchObject({ code: "MEM_ABORTED", outcome: "unknown" });
    });
    expect(failures).toEqual([]);
    expect((await home.trail())[1]).toMatchObject({
      status: "cancelled",
      error: { name: "TimeoutError", message: "too slow" },
    });
  });

  it("is recorded at once, and may clean up before its home closes", async () => {
    await using home = await openMemory();
    const { promise: recorded, resolve: goOn } = Promise.withResolvers<void>();
    const agent: Worker = new Worker(home.memory, async ({ signal }) => {
      await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      await recorded;
      await agent.memory.save("draft", "half of it");
      throw signal?.reason;
    });
    const controller = new AbortController();
    const failures = await failuresOf(async () => {
      const running = agent.execute("x", { signal: controller.signal });
      while (agent.runs.length === 0) await new Promise(setImmediate);
      controller.abort();
      const over = running.catch((error: unknown) => error);
      while ((await home.trail()).length < 2) await new Promise(setImmediate);
      goOn();
      expect(await over).toMatchObject({ code: "MEM_ABORTED" });
    });
    expect(await agent.memory.retrieve("draft")).toBe("half of it");
    expect(failures).toEqual([]);
    expect((await home.trail()).map(({ status }) => status)).toEqual(["started", "cancelled"]);
  });

  it("says on the channel what it threw later for another reason", async () => {
    await using home = await openMemory();
    const { promise, reject } = Promise.withResolvers<string>();
    const agent = new Worker(home.memory, () => promise);
    const controller = new AbortController();
    const broken = new Error("could not clean up");
    const failures = await failuresOf(async () => {
      const running = agent.execute("x", { signal: controller.signal });
      while (agent.runs.length === 0) await new Promise(setImmediate);
      controller.abort();
      await expect(running).rejects.toMatchObject({ code: "MEM_ABORTED" });
      reject(broken);
      await new Promise(setImmediate);
    });
    expect(failures).toEqual([{ operation: "end a run that was aborted", error: broken }]);
  });

  it("is none where the signal fires after its end", async () => {
    await using home = await openMemory();
    const controller = new AbortController();
    const agent = new Worker(home.memory, async () => "done");
    expect(await agent.execute("x", { signal: controller.signal })).toBe("done");
    controller.abort();
    expect((await home.trail()).map(({ status }) => status)).toEqual(["started", "success"]);
  });

  it("is none where it failed before the signal fired", async () => {
    await using home = await openMemory();
    const { signal } = new AbortController();
    const agent = new Worker(home.memory, () => {
      throw new TypeError("at once");
    });
    await expect(agent.execute("x", { signal })).rejects.toThrow("at once");
    expect((await home.trail())[1]).toMatchObject({ status: "error" });
  });
});
