import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager, type ConversationMessage } from "@mem/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSession, type ContextOptions, type SessionContext } from "../src/index.ts";
import { calling, result, said, shown } from "./fixtures/messages.ts";

let memory: MemoryManager;
let session: SessionContext;
/** The messages that the summariser was given, and the summary before. */
let asked: (readonly [string[], string | undefined])[];
let messagesRead: number;
beforeEach(async () => {
  const shortTerm = createMemoryBackend();
  const read = shortTerm.read.bind(shortTerm);
  shortTerm.read = async (...args) => {
    const items = await read(...args);
    messagesRead += items.length;
    return items;
  };
  memory = new MemoryManager({ shortTerm, maxConversationHistory: 10_000 });
  session = await createSession({ memory, workflowId: "w" });
  asked = [];
});
afterEach(() => memory.close());

/** Counts one token per message, and one for the summary. */
const countTokens = (): number => 1;

/** Lists the messages' contents after the previous summary. */
const summarize = async (
  messages: readonly ConversationMessage[],
  previous: string | undefined,
): Promise<string> => {
  asked.push([shown(messages), previous]);
  return [...(previous === undefined ? [] : [previous]), ...shown(messages)].join(" ");
};

async function say(...contents: string[]): Promise<void> {
  for (const content of contents) await session.addConversationMessage(said("user", content));
}

const small: ContextOptions = { maxTokens: 3, countTokens, summarize };

describe("the summary of what does not fit", () => {
  it("is made of what falls out, and told with what is left", async () => {
    await say("a", "b", "c", "d");
    const context = await session.getContext(small);
    expect(asked).toEqual([[["a", "b"], undefined]]);
    expect(context).toMatchObject({ summary: "a b", tokens: 3, dropped: { messages: 2, to: 2 } });
    expect(shown(context.messages)).toEqual(["c", "d"]);
  });

  it("is not asked for while all fits", async () => {
    await say("a", "b", "c");
    expect(await session.getContext(small)).not.toHaveProperty("summary");
    expect(asked).toEqual([]);
  });

  it("goes on from the last one, whichever member made that", async () => {
    await say("a", "b", "c", "d");
    await session.getContext(small);
    await say("e", "f");
    asked = [];
    const member = await createSession({ memory, workflowId: "w", join: "must-exist" });
    const context = await member.getContext(small);
    expect(asked).toEqual([[["c", "d"], "a b"]]);
    expect(context.summary).toBe("a b c d");
    expect(shown(context.messages)).toEqual(["e", "f"]);
  });

  it("is told without a summariser, too, and nothing is taken in then", async () => {
    await say("a", "b", "c", "d");
    await session.getContext(small);
    await say("e");
    const context = await session.getContext({ maxTokens: 3, countTokens });
    expect(context.summary).toBe("a b");
    expect(shown(context.messages)).toEqual(["d", "e"]);
    expect((await session.getContext(small)).summary).toBe("a b c");
  });

  it("has nothing of the system messages, which stay, unless they are not kept", async () => {
    await session.addConversationMessage(said("system", "be brief"));
    await say("a", "b", "c");
    const context = await session.getContext(small);
    expect(context.summary).toBe("a b");
    expect(shown(context.messages)).toEqual(["be brief", "c"]);
    await session.getContext({ ...small, keepSystem: false, maxTokens: 2 });
    expect(asked.flatMap(([messages]) => messages)).toEqual(["a", "b"]);
  });

  it("has a call together with its results, and no result without its call", async () => {
    await session.addConversationMessage(result("gone"));
    await session.addConversationMessage(calling("x"));
    await say("a");
    await session.addConversationMessage(result("x"));
    await say("b", "c");
    const context = await session.getContext({ ...small, maxTokens: 4 });
    expect(context.summary).toBe("call x a result of x");
    expect(shown(context.messages)).toEqual(["b", "c"]);
  });

  it("is asked for again where it is so long that more falls out", async () => {
    await say("a", "b", "c", "d", "e");
    const context = await session.getContext({
      maxTokens: 4,
      countTokens: (text, message) => (message === undefined ? text.length : 1),
      summarize: async (...args) => (await summarize(...args)).slice(-2),
    });
    expect(asked).toEqual([
      [["a", "b"], undefined],
      [["c"], " b"],
    ]);
    expect([context.summary, ...shown(context.messages)]).toEqual([" c", "d", "e"]);
    expect(context.tokens).toBe(4);
  });

  it("is not asked for with every message: it takes in more than has to go, which is still shown", async () => {
    const options = { ...small, maxTokens: 40 };
    let shownLeast = Infinity;
    for (let n = 0; n < 200; n++) {
      await say(`m${n}`);
      const { messages } = await session.getContext(options);
      if (n >= 40) shownLeast = Math.min(shownLeast, messages.length);
    }
    expect(asked.length).toBeLessThan(25);
    expect(shownLeast).toBe(39);
  });

  it("that does not fit at all is refused, and the one before stays", async () => {
    await say("a", "b", "c", "d");
    await session.getContext(small);
    await say("e");
    const asking = session.getContext({
      maxTokens: 3,
      countTokens: (text, message) => (message === undefined ? text.length : 1),
      summarize: () => "much too long",
    });
    await expect(asking).rejects.toMatchObject({
      code: "MEM_TOO_LARGE",
      path: "options.summarize",
    });
    expect((await session.getContext({ maxTokens: 3, countTokens })).summary).toBe("a b");
  });

  it("that can't be made comes out with the summariser's own error", async () => {
    await say("a", "b", "c", "d");
    const failure = new Error("the model is busy");
    const failing = session.getContext({ ...small, summarize: () => Promise.reject(failure) });
    await expect(failing).rejects.toBe(failure);
    const silent = session.getContext({ ...small, summarize: (() => undefined) as never });
    await expect(silent).rejects.toMatchObject({ path: "options.summarize" });
    expect(await session.getContext({ ...small })).toMatchObject({ summary: "a b" });
  });

  it("is not waited for by who gives up, and is not kept then", async () => {
    await say("a", "b", "c", "d");
    const controller = new AbortController();
    const { promise: late, resolve: finish } = Promise.withResolvers<string>();
    const slow = async (): Promise<string> => {
      controller.abort();
      return late;
    };
    const { signal } = controller;
    const giving = session.getContext({ ...small, summarize: slow, signal });
    await expect(giving).rejects.toMatchObject({ code: "MEM_ABORTED", outcome: "not-applied" });
    finish("too late");
    expect(await session.getContext(small)).toMatchObject({ summary: "a b" });
  });

  it("does not miscount what is left out where messages are deleted while it is made", async () => {
    await say(...Array.from({ length: 100 }, (_, n) => `m${n}`));
    const options = { ...small, keepSystem: false };
    await session.getContext(options);
    await say("a", "b");
    const deleting = async (): Promise<string> => {
      for (const { id } of await session.getConversationHistory()) await session.deleteMessage(id);
      return "all";
    };
    const { messages, dropped } = await session.getContext({ ...options, summarize: deleting });
    expect(shown(messages)).toEqual(["a", "b"]);
    // It counts those that it has read: nothing is known of the others any more.
    expect(dropped).toEqual({ messages: 14, to: 100 });
  });

  it("is the one that tells of more where two members make one at once", async () => {
    await say("a", "b", "c", "d");
    const member = await createSession({ memory, workflowId: "w", join: "must-exist" });
    const meanwhile = async (messages: readonly ConversationMessage[], previous?: string) => {
      await say("e", "f");
      await member.getContext(small);
      return summarize(messages, previous);
    };
    await session.getContext({ ...small, summarize: meanwhile });
    expect((await session.getContext({ maxTokens: 3, countTokens })).summary).toMatch(/^a b c d/);
  });

  it("is nobody's memory, and ends with the session", async () => {
    await say("a", "b", "c", "d");
    await session.getContext(small);
    expect((await session.team.list().page()).items).toEqual([]);
    await session.endSession();
    session = await createSession({ memory, workflowId: "w" });
    expect(await session.getContext(small)).toEqual({
      messages: [],
      tokens: 0,
      dropped: { messages: 0 },
    });
  });

  it("reads no further back than what it tells of", async () => {
    await say(...Array.from({ length: 1000 }, (_, n) => `m${n}`));
    const options = { ...small, keepSystem: false, maxTokens: 10 };
    const first = await session.getContext(options);
    expect(first.dropped).toEqual({ messages: 991, to: 991 });
    asked = [];
    messagesRead = 0;
    await say("new");
    const second = await session.getContext(options);
    expect(asked).toEqual([]);
    expect(second.dropped).toEqual({ messages: 992, to: 992 });
    expect(messagesRead).toBeLessThan(100);
  });
});
