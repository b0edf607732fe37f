import { describe, expect, it } from "vitest";
import { where, type SearchSimilarOptions } from "../src/index.ts";
import { openAsked, requests } from "./asked-memory.ts";

describe("what a search asks of the store", () => {
  it("is little where little is said", async () => {
    const { memory, asked } = openAsked();
    await memory.searchSimilar("ann", "emails");
    expect(requests(asked)).toEqual([{ text: "emails", topK: 5, mode: "auto", neighbours: true }]);
  });

  it("is all that is said, for long-term memory and knowledge alike", async () => {
    const { memory, asked } = openAsked();
    const options = {
      topK: 7,
      mode: "keyword",
      minScore: 0.2,
      match: "all",
      phrases: ["subject line"],
      prefix: true,
      neighbours: false,
      recency: { halfLife: 86_400, weight: 0.5 },
      collapse: true,
      filterMetadata: { channel: "email" },
    } as const;
    await memory.searchSimilar("ann", "open rates", options);
    await memory.forAgent("ann").search("open rates", { ...options, memoryType: "shared" });
    const { filterMetadata, ...request } = options;
    const expected = { ...request, text: "open rates", filter: where.all(filterMetadata) };
    expect(requests(asked)).toEqual([expected, expected]);
    expect(asked.map(({ backend }) => backend)).toEqual(["longTerm", "knowledge"]);
  });

  it("has the default weight where only a half-life is given", async () => {
    const { memory, asked } = openAsked();
    await memory.searchSimilar("ann", "x", { recency: { halfLife: 0.5 } });
    expect(requests(asked)[0]?.recency).toEqual({ halfLife: 0.5, weight: 0.3 });
  });

  it("has no condition where no phrases are named", async () => {
    const { memory, asked } = openAsked();
    await memory.searchSimilar("ann", "x", { phrases: [] });
    expect(requests(asked)[0]).not.toHaveProperty("phrases");
  });

  it("is of other agents only where the caller may name them", async () => {
    const { memory, asked } = openAsked();
    await memory.searchSimilar("ann", "x", { agentIds: ["bob", "eve"] });
    expect(asked[0]?.args[0]).toEqual({ tenantId: "default", agentIds: ["bob", "eve"] });
    const cast = { agentIds: ["bob"] } as never;
    await expect(memory.forAgent("ann").search("x", cast)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "options.agentIds",
    });
  });

  it("is the caller's words, never a syntax", async () => {
    const { memory, asked } = openAsked();
    const text = '"to be" AND -not OR key:* (';
    await memory.searchSimilar("ann", text, { phrases: ['"+- OR *'] });
    expect(requests(asked)[0]).toMatchObject({ text, phrases: ['"+- OR *'] });
  });

  it.each<[unknown, string]>([
    [{ match: "some" }, "options.match"],
    [{ phrases: "subject line" }, "options.phrases"],
    [{ phrases: ["fine", 5] }, "options.phrases[1]"],
    [{ phrases: ["fine", " \n"] }, "options.phrases[1]"],
    [{ phrases: Array.from({ length: 101 }, () => "x") }, "options.phrases"],
    [{ prefix: "yes" }, "options.prefix"],
    [{ neighbours: 0 }, "options.neighbours"],
    [{ collapse: 1 }, "options.collapse"],
    [{ recency: 86_400 }, "options.recency"],
    [{ recency: null }, "options.recency"],
    [{ recency: {} }, "options.recency.halfLife"],
    [{ recency: { halfLife: 0 } }, "options.recency.halfLife"],
    [{ recency: { halfLife: Infinity } }, "options.recency.halfLife"],
    [{ recency: { halfLife: 1, weight: 1.1 } }, "options.recency.weight"],
    [{ recency: { halfLife: 1, wieght: 1 } }, "options.recency.wieght"],
    [{ reranker: {} }, "options.reranker"],
    [{ reranker: null }, "options.reranker"],
    [{ reranker: { rerank: async () => [], depth: 0 } }, "options.reranker.depth"],
    [{ reranker: { rerank: async () => [], depth: 1001 } }, "options.reranker.depth"],
    [{ topK: 0 }, "options.topK"],
    [{ topK: null }, "options.topK"],
    [{ mode: null }, "options.mode"],
    [{ neighbours: null }, "options.neighbours"],
    [{ filterMetadata: null }, "options.filterMetadata"],
    [{ filterMetadata: "email" }, "options.filterMetadata"],
    [{ filterMetadata: ["email"] }, "options.filterMetadata"],
    [{ filterMetadata: { tags: ["a"] } }, "options.filterMetadata.tags"],
    [{ minScore: -1 }, "options.minScore"],
    [{ workflowId: "" }, "options.workflowId"],
    [{ agentIds: [] }, "options.agentIds"],
    [{ filterMetaData: { tenant: "a" } }, "options.filterMetaData"],
  ])("%j is refused at %s before anything is asked", async (options, path) => {
    const { memory, asked } = openAsked();
    const call = memory.searchSimilar("ann", "x", options as SearchSimilarOptions);
    await expect(call).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT", path });
    expect(asked).toEqual([]);
  });

  it.each<[unknown, string]>([
    [new Map([["channel", "email"]]), "options.filterMetadata"],
    [{ channel: undefined }, "options.filterMetadata.channel"],
    [{ since: new Date(0) }, "options.filterMetadata.since"],
  ])(
    "fields that JSON would lose are refused: a filter must not ask for less",
    async (fields, path) => {
      const { memory, asked } = openAsked();
      const call = memory.searchSimilar("ann", "x", { filterMetadata: fields as never });
      await expect(call).rejects.toMatchObject({ code: "MEM_NOT_JSON", path });
      expect(asked).toEqual([]);
    },
  );
});
