import type { ExecutionRecord, MemoryManager } from "@mem/core";
import { createSession } from "@mem/session";
import { afterAll, describe, expect, it, vi } from "vitest";
import { stacks } from "./stacks.ts";

const SESSIONS = 20;

describe.each(stacks)("sessions that timed out on $name", (kind) => {
  afterAll(() => kind.close());

  it("are recorded once each, by one of the managers that live, or by a successor", async () => {
    await using stack = await kind.open({ sweepInterval: 0.05 });
    let { memory } = stack;
    const other = stack.another();
    const names = Array.from({ length: SESSIONS }, (_, n) => `session-${n}`);
    const trail = async (): Promise<ExecutionRecord[]> =>
      Array.fromAsync(memory.getExecutionRecords({ agentId: "desk", order: "oldest" }));
    // Both managers keep this session alive, so that both go on sweeping.
    const kept = await createSession({ memory, workflowId: "kept", timeout: 100_000 });
    await createSession({ memory: other, workflowId: "kept", join: "must-exist" });
    for (const name of names) await start(memory, name);
    expect(await memory.getStats()).toMatchObject({ activeSessions: SESSIONS + 1 });

    stack.advance(61);
    // Some are started again while both managers sweep.
    const restarted = names.filter((_, n) => n % 3 === 0);
    await Promise.all(restarted.map(async (name, n) => start(n % 2 === 0 ? memory : other, name)));
    const ends = async (): Promise<ExecutionRecord[]> =>
      (await trail()).filter(({ status }) => status !== "started");
    await vi.waitFor(async () => expect(await ends()).toHaveLength(SESSIONS), 20_000);
    stack.advance(61);
    const all = SESSIONS + restarted.length;
    await vi.waitFor(async () => expect(await ends()).toHaveLength(all), 20_000);
    expect(await memory.getStats()).toMatchObject({ activeSessions: 1, shortTermEntries: 0 });
    await kept.endSession();
    // Closing a manager waits for what it is about to record.
    await other.close();
    memory = await stack.reopen();

    const runs = Object.values(
      Object.groupBy(await trail(), ({ metadata }) => metadata?.["runId"] as string),
    );
    expect(runs).toHaveLength(all);
    for (const run of runs) {
      expect(run).toMatchObject([
        { status: "started" },
        {
          status: "cancelled",
          error: { code: "MEM_SESSION_ENDED" },
          output: { status: "ended", timeout: 60, operations: 1 },
        },
      ]);
    }
  });
});

/** Starts a recorded session, uses it and abandons it. */
async function start(memory: MemoryManager, workflowId: string): Promise<void> {
  const session = await createSession({ memory, workflowId, recordAs: "desk", timeout: 60 });
  await session.saveAgentMemory("writer", "plan", 1);
}
