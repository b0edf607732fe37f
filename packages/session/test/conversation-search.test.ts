import { createMemoryBackend } from "@mem/backend-memory";
import {
  createManualClock,
  MemoryManager,
  where,
  type ConversationSearchOptions,
  type JsonObject,
  type ManualClock,
  type MessageHit,
  type NewMessage,
  type Reranker,
} from "@mem/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSession, type SessionContext } from "../src/index.ts";

let clock: ManualClock;
let memory: MemoryManager;
let session: SessionContext;
beforeEach(async () => {
  clock = createManualClock();
  memory = new MemoryManager({ shortTerm: createMemoryBackend({ clock }), clock });
  session = await createSession({ memory, workflowId: "w", timeout: 1e6 });
});
afterEach(() => memory.close());

/** Adds messages a minute apart. */
async function talk(...messages: readonly (string | Partial<NewMessage>)[]): Promise<void> {
  for (const [i, message] of messages.entries()) {
    const said = typeof message === "string" ? { content: message } : message;
    await session.addConversationMessage({ id: `m-${i + 1}`, role: "user", content: "", ...said });
    clock.advance(60_000);
  }
}

const find = async (query: string, options?: ConversationSearchOptions): Promise<string[]> =>
  ids(await session.searchConversation(query, options));
const ids = (hits: readonly MessageHit[]): string[] => hits.map(({ id }) => id);

const alone = { neighbours: false } as const;

describe("searching a session's conversation", () => {
  it("finds messages by their words, the best first, whole and with their passage", async () => {
    await talk(
      "Good morning",
      {
        content: "We spend 5,000 on emails in spring.",
        agentId: "ann",
        metadata: { topic: "budget" },
      },
      "And on social media?",
    );
    const [best] = await session.searchConversation("what did we spend on emails", alone);
    expect(best).toEqual({
      id: "m-2",
      position: 2,
      timestamp: Date.UTC(2026, 0, 1, 0, 1),
      role: "user",
      agentId: "ann",
      metadata: { topic: "budget" },
      content: "We spend 5,000 on emails in spring.",
      text: "We spend 5,000 on emails in spring.",
      score: expect.closeTo(best?.scores.keyword ?? 0),
      scores: { keyword: expect.any(Number) },
      passage: {
        text: "We spend 5,000 on emails in spring.",
        start: 0,
        end: 35,
        headings: [],
      },
      snippet: "We spend 5,000 on emails in spring.",
      matched: ["spend", "email"],
    });
  });

  it("gives the passage of a long message that answers", async () => {
    const filler = "Nothing of interest was said about the weather. ".repeat(40);
    await talk(`# Weather\n\n${filler}\n\n# Budget\n\nWe spend 5,000 on emails.`);
    const [best] = await session.searchConversation("emails");
    expect(best?.passage).toMatchObject({
      text: "We spend 5,000 on emails.",
      headings: ["Budget"],
    });
    const { start, end, text } = best?.passage ?? { start: 0, end: 0, text: "" };
    expect(best?.text.slice(start, end)).toBe(text);
  });

  it("lets messages borrow from those around them, and says so", async () => {
    await talk(
      "What about the logo?",
      "Blue.",
      "Fine.",
      "Sure.",
      "Lunch?",
      "Yes.",
      "When?",
      "At one.",
    );
    const hits = await session.searchConversation("logo", { topK: 8 });
    expect(ids(hits)).toEqual(["m-1", "m-2", "m-3"]);
    for (const { score, scores } of hits) {
      expect(Object.values(scores).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 12);
    }
    expect(hits[1]?.scores.neighbours).toBeGreaterThan(0);
    expect(await find("logo", alone)).toEqual(["m-1"]);
  });

  it("chooses by words, phrases and beginnings", async () => {
    await talk("the open rate of emails", "a rate that stays open", "opening emails", "marketing");
    expect(await find("open rate emails", { ...alone, match: "all" })).toEqual(["m-1"]);
    expect(await find("rate", { ...alone, phrases: ["open rate"] })).toEqual(["m-1"]);
    expect(await find("marke", alone)).toEqual([]);
    expect(await find("marke", { ...alone, prefix: true })).toEqual(["m-4"]);
  });

  it("chooses by who spoke and by metadata, and changes no score by that", async () => {
    await talk(
      { content: "the budget is 5,000", agentId: "ann", role: "assistant" },
      { content: "the budget is too small", metadata: { round: 2, role: "not this one" } },
      { content: "the budget is gone", role: "tool" },
    );
    const all = await session.searchConversation("budget", alone);
    const users = await session.searchConversation("budget", {
      ...alone,
      filterMetadata: { role: "user" },
    });
    expect(users).toEqual(all.filter(({ id }) => id === "m-2"));
    expect(await find("budget", { ...alone, filterMetadata: { agentId: "ann" } })).toEqual(["m-1"]);
    expect(await find("budget", { ...alone, filter: where.gte("round", 2) })).toEqual(["m-2"]);
  });

  it("lets newer messages come first, by a half-life", async () => {
    await talk("the budget is 5,000", "the budget is 6,000");
    expect(await find("budget", alone)).toEqual(["m-1", "m-2"]);
    const hits = await session.searchConversation("budget", {
      ...alone,
      recency: { halfLife: 60, weight: 0.5 },
    });
    expect(ids(hits)).toEqual(["m-2", "m-1"]);
    const [newer, older] = hits.map(({ score, scores: { keyword = 0 } }) => score / keyword);
    // They were said one minute and two minutes ago.
    expect(newer).toBeCloseTo(1 - 0.5 * (1 - 1 / 2));
    expect(older).toBeCloseTo(1 - 0.5 * (1 - 1 / 4));
  });

  it("collapses what says nearly the same, and goes on until it has enough", async () => {
    await talk("We meet at noon.", "we meet at noon", "Noon is fine for lunch, is it not?");
    const hits = await session.searchConversation("noon", { ...alone, collapse: true, topK: 2 });
    expect(hits.map(({ id, duplicates }) => [id, duplicates])).toEqual([
      ["m-1", ["m-2"]],
      ["m-3", undefined],
    ]);
  });

  it("gives no more than is asked for, and nothing below the least score", async () => {
    await talk("budget", "budget of the year", "one more budget that is of no importance at all");
    expect(await find("budget", { ...alone, topK: 1 })).toEqual(["m-1"]);
    const scores = (await session.searchConversation("budget", alone)).map(({ score }) => score);
    const minScore = scores[1] as number;
    expect(await find("budget", { ...alone, minScore })).toEqual(["m-1", "m-2"]);
  });

  it("can be reranked", async () => {
    await talk("budget", "budget of the year");
    const reranker: Reranker<MessageHit> = {
      rerank: async (_query, hits) => hits.map(({ position }) => position / 2),
    };
    expect(await find("budget", { reranker })).toEqual(["m-2", "m-1"]);
    const failing = { rerank: async () => Promise.reject(new Error("down")) };
    await expect(session.searchConversation("budget", { reranker: failing })).rejects.toMatchObject(
      { code: "MEM_UNAVAILABLE", path: "options.reranker" },
    );
  });

  it("reads the words of parts, and no bytes", async () => {
    const image = `data:image/png;base64,${"iVBORw0KGgo".repeat(40)}`;
    await talk(
      {
        content: [
          { type: "text", text: "our logo" },
          { type: "image", url: image },
        ],
      },
      { content: { tool: "lookup", query: "logo colours" } },
    );
    const hits = await session.searchConversation("logo", alone);
    expect(Object.fromEntries(hits.map(({ id, text }) => [id, text]))).toEqual({
      "m-1": "our logo\ntype: image\nurl: data:image/png;base64,",
      "m-2": "tool: lookup\nquery: logo colours",
    });
    expect(await find("text", alone)).toEqual([]);
  });

  it("finds nothing where nothing was said, or nothing is asked", async () => {
    expect(await find("budget")).toEqual([]);
    await talk("budget");
    expect(await find("")).toEqual([]);
  });

  it("knows the language of the messages", async () => {
    const options = { memory, workflowId: "w", join: "must-exist" } as const;
    await talk("Wir suchen ein Haus am Hafen", "Die Häuser sind teuer");
    const german = await createSession({ ...options, language: "german" });
    expect(ids(await german.searchConversation("Häuser", alone)).toSorted()).toEqual([
      "m-1",
      "m-2",
    ]);
    expect(await find("Häuser", alone)).toEqual(["m-2"]);
    await expect(createSession({ ...options, language: "klingon" as never })).rejects.toMatchObject(
      {
        code: "MEM_INVALID_ARGUMENT",
        path: "options.language",
      },
    );
  });

  it("gives copies: nothing that a caller does to a hit is seen by the next", async () => {
    await talk({ content: { words: ["budget"] }, metadata: { tags: ["a"] } });
    const [hit] = await session.searchConversation("budget");
    const { content, metadata } = hit as MessageHit;
    (content as { words: string[] }).words.push("changed");
    ((metadata as JsonObject)["tags"] as string[]).push("changed");
    const [again] = await session.searchConversation("budget");
    expect(again).toMatchObject({ content: { words: ["budget"] }, metadata: { tags: ["a"] } });
  });
});

describe("a search of a conversation is refused", () => {
  it.each(["vector", "hybrid"] as const)("by %s: what is not kept has no vectors", async (mode) => {
    await expect(session.searchConversation("x", { mode })).rejects.toMatchObject({
      code: "MEM_UNSUPPORTED",
      path: "options.mode",
    });
  });

  it("where its options are wrong", async () => {
    const refusal = { code: "MEM_INVALID_ARGUMENT" };
    for (const [options, path] of [
      [null, "options"],
      [{ topK: 0 }, "options.topK"],
      [{ reranker: {} }, "options.reranker"],
      [{ recency: { halfLife: -1 } }, "options.recency.halfLife"],
    ] as const) {
      const call = session.searchConversation("x", options as never);
      await expect(call).rejects.toMatchObject({ ...refusal, path });
    }
    await expect(session.searchConversation(5 as never)).rejects.toMatchObject({
      ...refusal,
      path: "query",
    });
  });

  it("when the caller has given up, or the session has ended", async () => {
    const signal = AbortSignal.abort();
    await expect(session.searchConversation("x", { signal })).rejects.toMatchObject({
      code: "MEM_ABORTED",
    });
    await session.endSession();
    await expect(session.searchConversation("x")).rejects.toMatchObject({
      code: "MEM_SESSION_ENDED",
    });
  });
});
