import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager } from "@mem/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSession, type SessionContext } from "../src/index.ts";
import { calling, result, said, shown } from "./fixtures/messages.ts";

let memory: MemoryManager;
let session: SessionContext;
/** How many messages were read. */
let messagesRead: number;
/** The length of the largest read, in characters. */
let largestRead: number;
beforeEach(async () => {
  const shortTerm = createMemoryBackend();
  const read = shortTerm.read.bind(shortTerm);
  shortTerm.read = async (...args) => {
    const items = await read(...args);
    messagesRead += items.length;
    largestRead = Math.max(largestRead, JSON.stringify(items).length);
    return items;
  };
  memory = new MemoryManager({ shortTerm, maxConversationHistory: 10_000 });
  session = await createSession({ memory });
});
afterEach(() => memory.close());

/** Counts one token per message. */
const countTokens = (): number => 1;

async function say(
  ...messages: Parameters<SessionContext["addConversationMessage"]>[0][]
): Promise<void> {
  for (const message of messages) await session.addConversationMessage(message);
}

describe("the context for a model", () => {
  it("is the whole conversation where it fits", async () => {
    await say(said("system", "be brief"), said("user", "hello"), said("assistant", "hi"));
    const context = await session.getContext({ maxTokens: 3, countTokens });
    expect(shown(context.messages)).toEqual(["be brief", "hello", "hi"]);
    expect(context).toEqual({
      messages: await session.getConversationHistory(),
      tokens: 3,
      dropped: { messages: 0 },
    });
  });

  it("is empty where nothing was said", async () => {
    expect(await session.getContext({ maxTokens: 1 })).toEqual({
      messages: [],
      tokens: 0,
      dropped: { messages: 0 },
    });
  });

  it("is the latest messages otherwise, and says what is left out", async () => {
    await say(...["a", "b", "c", "d"].map((content) => said("user", content)));
    const context = await session.getContext({ maxTokens: 2, countTokens });
    expect(shown(context.messages)).toEqual(["c", "d"]);
    expect(context.dropped).toEqual({ messages: 2, to: 2 });
  });

  it("goes back to the first message that does not fit, and skips none for a shorter one before it", async () => {
    await say(said("user", "a"), said("user", "long".repeat(100)), said("user", "b"));
    const context = await session.getContext({ maxTokens: 50 });
    expect(shown(context.messages)).toEqual(["b"]);
    expect(context.dropped).toEqual({ messages: 2, to: 2 });
  });

  it("has the system messages first of all, however old they are", async () => {
    await say(said("system", "be brief"), said("user", "a"), said("system", "be kind"));
    await say(said("user", "b"), said("user", "c"));
    const context = await session.getContext({ maxTokens: 3, countTokens });
    expect(shown(context.messages)).toEqual(["be brief", "be kind", "c"]);
    expect(context.dropped).toEqual({ messages: 2, to: 4 });
    const plain = await session.getContext({ maxTokens: 3, countTokens, keepSystem: false });
    expect(shown(plain.messages)).toEqual(["be kind", "b", "c"]);
  });

  it("can't be had where the system messages alone do not fit", async () => {
    await say(said("system", "x".repeat(300)));
    await expect(session.getContext({ maxTokens: 50 })).rejects.toMatchObject({
      code: "MEM_TOO_LARGE",
      path: "options.maxTokens",
      message: expect.stringContaining("have 104 tokens"),
    });
    expect((await session.getContext({ maxTokens: 50, keepSystem: false })).messages).toEqual([]);
  });

  it("has a call with all of its results, or neither", async () => {
    await say(said("user", "a"), calling("x", "y"), result("x"), result("y"), said("user", "b"));
    const three = await session.getContext({ maxTokens: 3, countTokens });
    expect(shown(three.messages)).toEqual(["b"]);
    expect(three.dropped).toEqual({ messages: 4, to: 4 });
    const four = await session.getContext({ maxTokens: 4, countTokens });
    expect(shown(four.messages)).toEqual(["call x+y", "result of x", "result of y", "b"]);
  });

  it("has no call that waits for a result, and no result whose call is gone", async () => {
    await say({ ...calling("x"), id: "call-x" }, result("x"), calling("y", "z"), result("y"));
    await say(said("user", "hurry up"));
    await session.deleteMessage("call-x");
    const context = await session.getContext({ maxTokens: 100, countTokens });
    expect(shown(context.messages)).toEqual(["hurry up"]);
    expect(context.dropped).toEqual({ messages: 3, to: 4 });
    await say(result("z"));
    const answered = await session.getContext({ maxTokens: 100, countTokens });
    expect(shown(answered.messages)).toEqual([
      "call y+z",
      "result of y",
      "hurry up",
      "result of z",
    ]);
  });

  it("counts by an estimate unless it is told how, and tells that the message, too", async () => {
    await say({ role: "user", content: [{ type: "text", text: "hello" }] });
    const { tokens } = await session.getContext({ maxTokens: 1000 });
    expect(tokens).toBe(4 + Math.ceil('[{"type":"text","text":"hello"}]'.length / 3));
    const counted: unknown[] = [];
    await session.getContext({
      maxTokens: 1000,
      countTokens: (text, message) => {
        counted.push(text, message?.role);
        return 1;
      },
    });
    expect(counted).toEqual(['[{"type":"text","text":"hello"}]', "user"]);
  });

  it("shows what was edited, and nothing that was deleted", async () => {
    await say({ ...said("user", "long".repeat(100)), id: "m" }, said("user", "b"));
    expect((await session.getContext({ maxTokens: 50 })).messages).toHaveLength(1);
    await session.editMessage("m", { content: "short" });
    expect(shown((await session.getContext({ maxTokens: 50 })).messages)).toEqual(["short", "b"]);
    await session.deleteMessage("m");
    expect(await session.getContext({ maxTokens: 50 })).toMatchObject({ dropped: { messages: 0 } });
  });

  it.each([
    [{}, "maxTokens"],
    [{ maxTokens: 0 }, "maxTokens"],
    [{ maxTokens: 1.5 }, "maxTokens"],
    [{ maxTokens: 10, countTokens: "cl100k" }, "countTokens"],
    [{ maxTokens: 10, countTokens: () => Number.NaN }, "countTokens"],
    [{ maxTokens: 10, countTokens: () => -1 }, "countTokens"],
    [{ maxTokens: 10, keepSystem: "yes" }, "keepSystem"],
    [{ maxTokens: 10, summarize: "yes" }, "summarize"],
    [{ maxTokens: 10, maxToken: 10 }, "maxToken"],
  ])("is refused for bad options: %j", async (options, name) => {
    await say(said("user", "a"));
    await expect(session.getContext(options as never)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: `options.${name}`,
    });
  });

  it("is not to be had once the session has ended", async () => {
    await session.endSession();
    await expect(session.getContext({ maxTokens: 10 })).rejects.toMatchObject({
      code: "MEM_SESSION_ENDED",
    });
  });
});

describe("the context of a long conversation", () => {
  beforeEach(async () => {
    await say(said("system", "be brief"));
    await say(...Array.from({ length: 2000 }, (_, n) => said("user", `message ${n}`)));
    messagesRead = 0;
  });

  it("is read from its end, only as far as it goes", async () => {
    const options = { maxTokens: 10, countTokens, keepSystem: false };
    const context = await session.getContext(options);
    expect(shown(context.messages).at(-1)).toBe("message 1999");
    expect(context.dropped).toEqual({ messages: 1991, to: 1991 });
    expect(messagesRead).toBeLessThan(100);
  });

  it("has a result together with its call, however far back that is", async () => {
    await say(calling("x"));
    await say(...Array.from({ length: 200 }, () => said("user", "wait")), result("x"));
    const options = { maxTokens: 3, countTokens, keepSystem: false };
    const { messages } = await session.getContext(options);
    expect(shown(messages)).toEqual(["call x", "wait", "result of x"]);
  });

  it("is read once for its system messages, and after that only what is new", async () => {
    const first = await session.getContext({ maxTokens: 10, countTokens });
    expect(first.dropped).toEqual({ messages: 1991, to: 1992 });
    messagesRead = 0;
    await say(said("user", "new"), said("system", "be kind"));
    const second = await session.getContext({ maxTokens: 10, countTokens });
    expect(shown(second.messages)).toEqual([
      "be brief",
      ...Array.from({ length: 7 }, (_, n) => `message ${n + 1993}`),
      "new",
      "be kind",
    ]);
    expect(second.dropped).toEqual({ messages: 1993, to: 1994 });
    expect(messagesRead).toBeLessThan(100);
  });

  it.each([
    ["content", said("user", "x".repeat(200_000))],
    [
      "tool calls",
      { ...said("assistant", ""), toolCalls: [{ id: "x", arguments: "x".repeat(200_000) }] },
    ],
    ["metadata", { ...said("user", ""), metadata: { source: "x".repeat(200_000) } }],
  ])("is read in small pages where its messages are large by their %s", async (_, message) => {
    await say(...Array.from({ length: 100 }, () => message));
    largestRead = 0;
    await session.getContext({ maxTokens: 10, countTokens });
    await session.getContext({ maxTokens: 90, countTokens, keepSystem: false });
    expect(largestRead).toBeLessThan(5_000_000);
  });

  it("has system messages as they are now, also old ones", async () => {
    const added = await session.addConversationMessage(said("system", "be kind"));
    await session.getContext({ maxTokens: 10, countTokens });
    await session.editMessage(added.id, { content: "be very kind" });
    await say(...Array.from({ length: 50 }, () => said("user", "more")));
    const context = await session.getContext({ maxTokens: 3, countTokens });
    expect(shown(context.messages)).toEqual(["be brief", "be very kind", "more"]);
    await session.deleteMessage(added.id);
    const without = await session.getContext({ maxTokens: 2, countTokens });
    expect(shown(without.messages)).toEqual(["be brief", "more"]);
  });
});
