import { describe, expect, it } from "vitest";
import type { LogWrite, NewMessage } from "../src/index.ts";
import { openAsked } from "./asked-memory.ts";

const call = { role: "assistant", content: null } as const;

async function add(message: NewMessage): Promise<LogWrite> {
  const written: LogWrite[] = [];
  const { memory } = openAsked({
    shortTerm: {
      append: (_: never, __: never, items: readonly LogWrite[]) => {
        written.push(...items);
        return items.map((item) => ({ ...item, position: 1, at: 1000, edits: 0 }));
      },
      getWorkflow: () => undefined,
    },
  });
  await memory.addConversationMessage("w", message);
  return written[0] as LogWrite;
}

describe("a message that calls tools", () => {
  it("is kept as it was said, and tied to the results by the ids of its calls", async () => {
    const toolCalls = [
      { id: "c-1", name: "search", arguments: { query: "spring" }, type: "function" },
      { id: "c-2" },
    ];
    expect(await add({ ...call, toolCalls })).toMatchObject({
      ties: ["c-1", "c-2"],
      value: { ...call, toolCalls },
    });
    expect(await add({ role: "tool", content: { hits: 3 }, toolCallId: "c-1" })).toMatchObject({
      ties: ["c-1"],
      value: { role: "tool", content: { hits: 3 }, toolCallId: "c-1" },
    });
  });

  it("is the library's own once it is handed over", async () => {
    const toolCalls = [{ id: "c-1", arguments: { queries: ["spring"] } }];
    const adding = add({ ...call, toolCalls });
    toolCalls[0]?.arguments.queries.push("summer");
    expect((await adding).value).toMatchObject({
      toolCalls: [{ arguments: { queries: ["spring"] } }],
    });
  });

  it("is tied to nothing where it calls none", async () => {
    expect(await add({ role: "user", content: "hello" })).not.toHaveProperty("ties");
  });

  it("may call 63 tools, and no more", async () => {
    const toolCalls = Array.from({ length: 63 }, (_, i) => ({ id: `c-${i}` }));
    expect((await add({ ...call, toolCalls })).ties).toHaveLength(63);
    await expect(add({ ...call, toolCalls: [...toolCalls, { id: "c" }] })).rejects.toMatchObject({
      code: "MEM_TOO_LARGE",
      path: "message.toolCalls",
    });
  });

  it.each([
    ["no list", { toolCalls: { id: "c" } }, "message.toolCalls"],
    ["no call", { toolCalls: ["c"] }, "message.toolCalls[0]"],
    ["a call without an id", { toolCalls: [{ name: "search" }] }, "message.toolCalls[0].id"],
    ["an id twice", { toolCalls: [{ id: "c" }, { id: "c" }] }, "message.toolCalls[1].id"],
    ["a name that is none", { toolCalls: [{ id: "c", name: 7 }] }, "message.toolCalls[0].name"],
    ["a result that nobody can tell as one", { toolCallId: "c" }, "message.toolCallId"],
    ["a result of nothing", { role: "tool", toolCallId: "" }, "message.toolCallId"],
  ])("is refused with %s", async (_, wrong, path) => {
    await expect(add({ ...call, ...wrong } as NewMessage)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path,
    });
  });
});
