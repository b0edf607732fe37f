import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBackend } from "@mem/backend-memory";
import { createManualClock, MemoryManager } from "@mem/core";
import { createJsonlRecords } from "@mem/records-jsonl";
import { createSession, type SessionContext } from "@mem/session";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BaseAgent } from "../src/index.ts";

const clock = createManualClock();

/** Takes a while before it stores its draft. */
class Writer extends BaseAgent<{ seconds: number }, string> {
  protected override async run({ seconds }: { seconds: number }): Promise<string> {
    clock.advance(seconds * 1000);
    await this.saveToMemory("draft", `after ${seconds} s`);
    return "done";
  }
}

let folder: string;
let memory: MemoryManager;
let session: SessionContext;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-agent-"));
  const shortTerm = createMemoryBackend({ clock });
  memory = new MemoryManager({ shortTerm, records: createJsonlRecords({ dir: folder }), clock });
  session = await createSession({ memory });
});
afterEach(async () => {
  await memory.close();
  await rm(folder, { recursive: true });
});

async function write(seconds: number): Promise<string> {
  const home = await session.claim("draft", { ttl: 60, agentId: "writer" });
  if (home === undefined) throw new Error("somebody has the step");
  return new Writer({ agentId: "writer", home }).execute({ seconds });
}

describe("a run that stands on the claim of a step", () => {
  it("writes while the claim is held", async () => {
    expect(await write(10)).toBe("done");
    expect(await session.retrieveAgentMemory("writer", "draft")).toBe("after 10 s");
  });

  it("writes nothing once it has lapsed, and that is recorded", async () => {
    await expect(write(61)).rejects.toMatchObject({ code: "MEM_CONFLICT", retryable: false });
    expect(await session.retrieveAgentMemory("writer", "draft")).toBeUndefined();
    const [ended, started] = await Array.fromAsync(memory.getExecutionRecords());
    expect([started?.status, ended?.status]).toEqual(["started", "error"]);
    expect(ended?.error).toMatchObject({ code: "MEM_CONFLICT" });
  });
});
