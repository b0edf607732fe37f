import type { LongTermStore, SearchRequest } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, keysOf, query, texts, write } from "./samples.ts";
import { createScriptedEmbedder } from "./scripted-embedder.ts";

const scope = agent("editor");
const here = agents("editor");

export function asksForWords(open: Open): void {
  /** Stores these texts, half of them flushed; the returned function searches for keys, in ascending order. */
  const searcher = async (...all: string[]) => {
    const { store } = await open();
    const entries = texts(...all);
    await store.save(scope, entries.slice(0, entries.length / 2));
    await store.flush();
    await store.save(scope, entries.slice(entries.length / 2));
    return (text: string, fields: Partial<SearchRequest>) => found(store, text, fields);
  };

  describe("a search for all words", () => {
    it("finds what has every one of them, in any order and any form", async () => {
      const search = await searcher(
        "autumn campaign",
        "Campaigns for next year's AUTUMN",
        "autumn autumn autumn",
        "campaign",
        "winter campaign",
      );
      expect(await search("autumn campaign", { match: "all" })).toEqual(["t0000", "t0001"]);
      expect(await search("autumn campaign", { match: "any" })).toHaveLength(5);
      expect(await search("autumn campaign zebra", { match: "all" })).toEqual([]);
    });

    it("does not ask for words that say nothing", async () => {
      const search = await searcher("autumn campaign", "the autumn");
      expect(await search("what is the autumn campaign", { match: "all" })).toEqual(["t0000"]);
    });
  });

  describe("a phrase", () => {
    it("is found word after word, and not otherwise", async () => {
      const search = await searcher(
        "the spring launch plan is ready",
        "launch in spring",
        "spring, and then the launch",
        "launch spring",
        "Spring launch!",
      );
      const phrases = ["spring launch"];
      expect(await search("spring launch", { phrases })).toEqual(["t0000", "t0004"]);
    });

    it("may have words in it that say nothing elsewhere", async () => {
      const search = await searcher("end of the year", "end year", "the end of a year");
      const phrases = ["end of the year"];
      expect(await search("end year", { phrases })).toEqual(["t0000"]);
    });

    it("is one of several that all have to be there", async () => {
      const search = await searcher("red car, blue sky", "red car", "blue sky and a car, red");
      const phrases = ["red car", "blue sky"];
      expect(await search("red blue", { phrases })).toEqual(["t0000"]);
      expect(await search("red blue", { phrases: [] })).toHaveLength(3);
    });

    it("is text, never a language", async () => {
      const search = await searcher('say "hello" world', "hello to the world", "OR hello* world");
      expect(await search("hello", { phrases: ['"hello" world'] })).toEqual(["t0000", "t0002"]);
      expect(await search("hello", { phrases: ["hello OR world"] })).toEqual([]);
    });
  });

  describe("a prefix", () => {
    it("is the last word of the text, and stands for every word that begins so", async () => {
      const search = await searcher("campaign", "Campus", "scam", "autumn market", "aut");
      expect(await search("camp", { prefix: true })).toEqual(["t0000", "t0001"]);
      expect(await search("camp", {})).toEqual([]);
      expect(await search("aut camp", { prefix: true })).toEqual(["t0000", "t0001", "t0004"]);
      expect(await search("campaign", { prefix: true })).toEqual(["t0000"]);
    });

    it("may end within an ending", async () => {
      const search = await searcher("marketing", "market", "marketplace", "cooking");
      expect(await search("marketi", { prefix: true })).toContain("t0000");
      expect(await search("marketi", { prefix: true })).not.toContain("t0002");
    });

    it("is one of all words that are asked for", async () => {
      const search = await searcher("autumn campaign", "autumn", "campaign", "autumn camping");
      const all = { match: "all", prefix: true } as const;
      expect(await search("autumn cam", all)).toEqual(["t0000", "t0003"]);
    });
  });

  it("words that are asked for are looked for before ranking, however many rank above", async () => {
    const { store } = await open();
    const strong = Array.from({ length: 200 }, () => "autumn autumn");
    await store.save(
      scope,
      texts(...strong, "a campaign that is of no autumn, but long", "campaign"),
    );
    const all = query("autumn campaign", { match: "all", topK: 1 });
    expect(keysOf(await store.search(here, all))).toEqual(["t0200"]);
    const phrase = query("autumn", { phrases: ["no autumn"], topK: 1 });
    expect(keysOf(await store.search(here, phrase))).toEqual(["t0200"]);
  });

  it("what words are asked for holds in every mode that looks at vectors, too", async () => {
    const { store } = await open({ embedder: createScriptedEmbedder() });
    await store.save(scope, texts("red car", "car, red", "blue car"));
    await store.save(scope, [write("empty")]);
    await store.flush();
    for (const mode of ["vector", "hybrid", "auto"] as const) {
      expect(await found(store, "red car", { mode, match: "all" })).toEqual(["t0000", "t0001"]);
      expect(await found(store, "red car", { mode, phrases: ["red car"] })).toEqual(["t0000"]);
    }
  });
}

async function found(
  store: LongTermStore,
  text: string,
  fields: Partial<SearchRequest>,
): Promise<string[]> {
  return keysOf(await store.search(here, query(text, fields))).toSorted();
}
