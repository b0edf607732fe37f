import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryError, MemoryManager } from "@mem/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSession, withSession } from "../src/index.ts";

let memory: MemoryManager;
let failures: unknown[];
const listen = (failure: unknown): void => void failures.push(failure);
beforeEach(() => {
  const shortTerm = createMemoryBackend();
  shortTerm.endWorkflow = async () => {
    throw new MemoryError("MEM_UNAVAILABLE", "down");
  };
  memory = new MemoryManager({ shortTerm });
  failures = [];
  subscribe("mem:failure", listen);
});
afterEach(async () => {
  unsubscribe("mem:failure", listen);
  await memory.close();
});

const down = { code: "MEM_UNAVAILABLE" };

async function throwing(): Promise<void> {
  throw new Error("the body's own");
}

async function throwInBlock(): Promise<void> {
  await using _ = await createSession({ memory });
  throw new Error("the block's own");
}

describe("an end that fails", () => {
  it("leaves a block its own error, and is told elsewhere", async () => {
    await expect(throwInBlock()).rejects.toThrow("the block's own");
    expect(failures).toMatchObject([{ error: down }]);
  });

  it("leaves a body its own error, and is told elsewhere", async () => {
    await expect(withSession({ memory }, throwing)).rejects.toThrow("the body's own");
    expect(failures).toMatchObject([{ error: down }]);
  });

  it("comes out where there is no other error to come out", async () => {
    await expect(withSession({ memory }, async () => 7)).rejects.toMatchObject(down);
    const session = await createSession({ memory });
    await expect(session.endSession()).rejects.toMatchObject(down);
    await expect(session.leave()).rejects.toMatchObject(down);
    expect(failures).toEqual([]);
  });
});
