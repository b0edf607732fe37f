import type { ConversationMessage, NewMessage } from "@mem/core";
import { createSession, type ConversationContext } from "@mem/session";
import { afterAll, describe, expect, it } from "vitest";
import { stacks } from "./stacks.ts";

const said = (id: string, content: string): NewMessage => ({ id, role: "user", content });
const ids = (messages: readonly { readonly id: string }[]): string[] =>
  messages.map(({ id }) => id);

/** Summarises messages by listing their ids. */
const summarize = (messages: readonly ConversationMessage[], previous?: string): string =>
  [...(previous === undefined ? [] : [previous]), ...ids(messages)].join(" ");

describe.each(stacks)("a conversation that changes on $name", (kind) => {
  afterAll(() => kind.close());

  it("is found as it was edited last, without what was deleted, also where it was kept", async () => {
    await using stack = await kind.open();
    const { memory } = stack;
    const session = await createSession({ memory, workflowId: "w", keepConversation: true });
    await session.addConversationMessage(said("m-1", "We send mails on Monday."));
    await session.addConversationMessage(said("m-2", "Our password is marzipan."));
    await session.addConversationMessage(said("m-3", "Who writes the headline?"));
    const other = stack.another();
    const member = await createSession({ memory: other, workflowId: "w", join: "must-exist" });
    const edited = await member.editMessage("m-1", {
      content: "We send mails on Tuesday.",
      metadata: { corrected: true },
    });
    expect(edited).toMatchObject({ position: 1, edits: 1, editedAt: expect.any(Number) });
    expect(await member.deleteMessage("m-2")).toBe(true);
    expect(await member.deleteMessage("m-2")).toBe(false);
    await expect(session.editMessage("m-2", { content: "x" })).rejects.toMatchObject({
      code: "MEM_NOT_FOUND",
    });
    expect(await session.getConversationHistory()).toMatchObject([
      { id: "m-1", position: 1, content: "We send mails on Tuesday." },
      { id: "m-3", position: 3 },
    ]);

    const find = async (query: string): Promise<string[]> =>
      ids(await memory.searchConversation("w", query, { mode: "keyword", neighbours: false }));
    const expectChanges = async (): Promise<void> => {
      expect(await find("tuesday")).toEqual(["m-1"]);
      expect(await find("monday")).toEqual([]);
      expect(await find("password marzipan")).toEqual([]);
      const filterMetadata = { corrected: true };
      const [hit] = await memory.searchConversation("w", "mails", { filterMetadata });
      expect(hit).toMatchObject({ id: "m-1", content: "We send mails on Tuesday." });
    };
    await expectChanges();
    await session.endSession();
    await expectChanges();
    expect(await memory.getStats()).toMatchObject({ longTermEntries: 2 });
  });

  it("loses a call of tools together with its results when it grows too long", async () => {
    await using stack = await kind.open({ maxConversationHistory: 4 });
    const { memory } = stack;
    await using session = await createSession({ memory, workflowId: "w" });
    const left = async (): Promise<string[]> => ids(await session.getConversationHistory());
    await session.addConversationMessage(said("q", "How warm is it in Rome and Oslo?"));
    const toolCalls = ["rome", "oslo"].map((id) => ({
      id,
      name: "temperature",
      arguments: { id },
    }));
    const call = { id: "call", agentId: "a", role: "assistant", content: "", toolCalls } as const;
    await session.addConversationMessage(call);
    for (const toolCallId of ["rome", "oslo"]) {
      const result = { id: toolCallId, role: "tool", content: 12, toolCallId };
      await session.addConversationMessage(result);
    }
    await session.addConversationMessage(said("more", "And tomorrow?"));
    expect(await left()).toEqual(["call", "rome", "oslo", "more"]);
    const [first, second] = await session.getConversationHistory();
    expect([first?.toolCalls, second?.toolCallId]).toEqual([toolCalls, "rome"]);
    await session.addConversationMessage(said("last", "Thanks."));
    expect(await left()).toEqual(["more", "last"]);
  });

  it("can be forked: what is said in one is not said in the other", async () => {
    await using stack = await kind.open();
    const { memory } = stack;
    const session = await createSession({ memory, workflowId: "w", keepConversation: true });
    for (const id of ["m-1", "m-2", "m-3", "m-4"]) {
      await session.addConversationMessage(said(id, `about ${id}`));
    }
    await session.deleteMessage("m-2");
    await session.editMessage("m-3", { content: "about a detail" });
    await session.team.save("plan", 1);
    const fork = await session.fork({ workflowId: "w:fork", through: 3, keepConversation: true });
    expect(await memory.getStats()).toMatchObject({ activeSessions: 2 });
    const copied = ["id", "content", "role", "timestamp", "edits"] as const;
    const pick = (messages: ConversationMessage[]): unknown[] =>
      messages.map((message) => copied.map((name) => message[name]));
    const original = await session.getConversationHistory();
    expect(pick(await fork.getConversationHistory())).toEqual(pick(original.slice(0, 2)));
    expect(await fork.team.retrieve("plan")).toBeUndefined();

    await fork.addConversationMessage(said("m-5", "about another way"));
    await fork.editMessage("m-1", { content: "about something else" });
    await session.deleteMessage("m-3");
    expect(ids(await fork.getConversationHistory())).toEqual(["m-1", "m-3", "m-5"]);
    expect(await session.getConversationHistory()).toMatchObject([
      { id: "m-1", content: "about m-1" },
      { id: "m-4" },
    ]);
    await session.endSession();
    expect(ids(await fork.searchConversation("detail", { neighbours: false }))).toContain("m-3");
    const other = ids(await memory.searchConversation("w", "another way"));
    expect(other).not.toContain("m-5");
    await fork.endSession();
    expect(await memory.getStats()).toMatchObject({ activeSessions: 0, shortTermEntries: 0 });
  });

  it("has one rolling summary, however many members make one at once", async () => {
    await using stack = await kind.open();
    const session = await createSession({ memory: stack.memory, workflowId: "w" });
    const joining = { workflowId: "w", join: "must-exist" } as const;
    const members = [
      session,
      await createSession({ memory: stack.another(), ...joining }),
      await createSession({ memory: stack.another(), ...joining }),
    ];
    let added = 0;
    const say = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        const id = String(++added);
        await session.addConversationMessage(said(id, id));
      }
    };
    const room = { maxTokens: 6, countTokens: () => 1 };
    for (let round = 0; round < members.length; round++) {
      await say(8);
      const [late, ...quick] = [...members.slice(round), ...members.slice(0, round)];
      const contexts: ConversationContext[] = [];
      // While one member makes a summary, the conversation goes on and the others summarise more of it.
      const overtaken = await late!.getContext({
        ...room,
        summarize: async (messages, previous) => {
          await say(6);
          const asking = quick.map(async (member) => member.getContext({ ...room, summarize }));
          contexts.push(...(await Promise.all(asking)));
          return summarize(messages, previous);
        },
      });
      contexts.push(overtaken, await late!.getContext(room));
      expect(contexts).toHaveLength(members.length + 1);
      for (const context of contexts) expectNoneLeftOut(context);
      const told = contexts.map(({ summary = "" }) => summary.length);
      expect(told.at(-1)).toBe(Math.max(...told));
    }
  });
});

/** Expects no message to be missing between the summary and the messages. */
function expectNoneLeftOut({ summary = "", messages, tokens }: ConversationContext): void {
  const told = summary.split(" ").map(Number);
  expect(told).toEqual(told.map((_, n) => n + 1));
  const shown = ids(messages).map(Number);
  const first = shown[0] ?? Infinity;
  expect(first).toBeLessThanOrEqual(told.length + 1);
  expect(shown).toEqual(shown.map((_, n) => first + n));
  expect(tokens).toBeLessThanOrEqual(6);
}
