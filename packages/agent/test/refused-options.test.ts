import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager } from "@mem/core";
import { expect, it } from "vitest";
import { BaseAgent, type AgentOptions } from "../src/index.ts";

class Writer extends BaseAgent<string, string> {
  protected override async run(input: string): Promise<string> {
    return input;
  }
}

it.each([undefined, null, {}, { agentId: "writer" }, { agentId: "writer", home: "here" }])(
  "an agent of %j has no home, and is told so",
  (options) => {
    expect(() => new Writer(options as never)).toThrowError(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path: "options.home" }),
    );
  },
);

it("an agent may have options of its own", async () => {
  await using memory = new MemoryManager({ shortTerm: createMemoryBackend() });
  const options: AgentOptions & { model: string } = { agentId: "w", home: memory, model: "m" };
  expect(await new Writer(options).execute("text")).toBe("text");
});

it.each([
  [{ singal: AbortSignal.abort() }, "context.singal"],
  [null, "context"],
])("a run is not begun in a context of %j", async (context, path) => {
  await using memory = new MemoryManager({ shortTerm: createMemoryBackend() });
  const run = new Writer({ agentId: "writer", home: memory }).execute("text", context as never);
  await expect(run).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT", path });
});
