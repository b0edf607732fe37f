import { describe, expect, it } from "vitest";
import { MemoryError, type LogWrite, type LongTermWrite } from "../src/index.ts";
import { openAsked, type AskedMemory } from "./asked-memory.ts";

const keeping = { epoch: "e:1", metadata: { "mem:keepConversation": true } };
const message = { id: "m-1", role: "user", content: [{ type: "text", text: "hello" }] } as const;

const down = async (): Promise<never> => Promise.reject(new MemoryError("MEM_UNAVAILABLE", "down"));

function open(
  state: (() => unknown) | undefined,
  save: () => unknown = () => [{ stored: true }],
): AskedMemory {
  return openAsked({
    shortTerm: {
      append: (_: never, __: never, items: readonly LogWrite[]) =>
        items.map((item) => ({ ...item, position: 7, at: 1000 })),
      getWorkflow: () => state?.(),
    },
    longTerm: { save },
  });
}

describe("a message from outside a session", () => {
  it("is added, and kept where the live session keeps its conversation", async () => {
    const { memory, asked } = open(() => keeping);
    const added = await memory.addConversationMessage("w", {
      ...message,
      agentId: "ann",
      subject: "person:7",
      metadata: { round: 1 },
    });
    expect(added).toEqual({
      ...message,
      position: 7,
      timestamp: 1000,
      agentId: "ann",
      subject: "person:7",
      metadata: { round: 1 },
    });
    expect(asked.map(({ method }) => method)).toEqual(["append", "getWorkflow", "save"]);
    expect(asked[2]?.args.slice(0, 2)).toEqual([
      { tenantId: "default", workflowId: "w", agentId: "mem:conversation" },
      [
        {
          key: "e%3A1:m-1",
          value: added,
          text: "hello",
          sequence: { id: "conversation:e%3A1", position: 7 },
          metadata: { round: 1, role: "user", agentId: "ann" },
          subject: "person:7",
          source: "message",
          ifAbsent: true,
          opId: "7:0:e%3A1:m-1",
        },
      ],
    ]);
  });

  it("can't pose as another's by its metadata", async () => {
    const { memory, asked } = open(() => keeping);
    await memory.addConversationMessage("w", {
      ...message,
      metadata: { agentId: "ann", role: "system", round: 1 },
    });
    const [write] = (asked[2]?.args[1] ?? []) as LongTermWrite[];
    expect(write?.metadata).toEqual({ round: 1, role: "user" });
  });

  it.each([
    ["no session is live", undefined],
    ["the live one does not", () => ({ epoch: "1", metadata: {} })],
  ])("is not kept where %s", async (_, state) => {
    const { memory, asked } = open(state);
    await memory.addConversationMessage("w", message);
    expect(asked.map(({ method }) => method)).toEqual(["append", "getWorkflow"]);
  });

  it("shares nothing with what is kept: changing it changes nothing that is stored", async () => {
    const { memory, asked } = open(() => keeping);
    const added = await memory.addConversationMessage("w", { ...message, metadata: { tags: [1] } });
    (added.metadata?.["tags"] as number[] | undefined)?.push(2);
    expect(asked[2]?.args[1]).toMatchObject([
      { value: { metadata: { tags: [1] } }, metadata: { tags: [1] } },
    ]);
  });

  it("that is refused is refused before anything is asked", async () => {
    const { memory, asked } = open(() => keeping);
    const bad = { ...message, subject: "" };
    await expect(memory.addConversationMessage("w", bad)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "message.subject",
    });
    expect(asked).toEqual([]);
  });

  it("has an id that leaves room for the lifetime in the key under which it is kept", async () => {
    const { memory, asked } = open(() => keeping);
    const added = await memory.addConversationMessage("w", { ...message, id: "m".repeat(8192) });
    expect(added.id).toHaveLength(8192);
    asked.length = 0;
    await expect(
      memory.addConversationMessage("w", { ...message, id: "m".repeat(8193) }),
    ).rejects.toMatchObject({ code: "MEM_TOO_LARGE", path: "message.id" });
    expect(asked).toEqual([]);
  });

  it("may be there though the call failed, and then the error says so", async () => {
    for (const { memory } of [open(down), open(() => keeping, down)]) {
      await expect(memory.addConversationMessage("w", message)).rejects.toMatchObject({
        code: "MEM_UNAVAILABLE",
        outcome: "unknown",
        retryable: true,
      });
    }
  });

  it("that a store failed on with an error of its own is told as one of ours", async () => {
    const { memory } = open(
      () => keeping,
      async () => Promise.reject(new Error("disk")),
    );
    await expect(memory.addConversationMessage("w", message)).rejects.toMatchObject({
      code: "MEM_UNAVAILABLE",
      outcome: "unknown",
      message: expect.stringContaining('"m-1"'),
      cause: { message: "disk" },
    });
  });
});
