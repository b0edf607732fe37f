import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, keysOf, query, texts, write } from "./samples.ts";

const scope = agent("writer");
const here = agents("writer");

export function findsByKeyword(open: Open): void {
  describe("keyword search", () => {
    it("finds what was saved a moment ago, as it is now", async () => {
      const { store } = await open();
      await store.save(scope, [write("note", { text: "autumn campaign" })]);
      expect(keysOf(await store.search(here, query("autumn")))).toEqual(["note"]);
      await store.save(scope, [write("note", { text: "winter campaign" })]);
      expect(await store.search(here, query("autumn"))).toEqual([]);
      expect(keysOf(await store.search(here, query("winter")))).toEqual(["note"]);
      await store.delete(scope, [{ key: "note" }]);
      expect(await store.search(here, query("winter campaign"))).toEqual([]);
    });

    it("forgets what was cleared", async () => {
      const { store } = await open();
      await store.save(scope, texts("autumn", "autumn"));
      await store.clear(scope);
      await store.save(scope, [write("new", { text: "autumn" })]);
      expect(keysOf(await store.search(here, query("autumn")))).toEqual(["new"]);
    });

    it("returns whole entries", async () => {
      const { store } = await open();
      await store.save(scope, [
        write("note", { value: { n: 1 }, text: "autumn", metadata: { a: 1 }, subject: "p" }),
      ]);
      const [entry] = await store.get(scope, ["note"]);
      const [hit] = await store.search(here, query("autumn"));
      expect(hit).toMatchObject({ ...entry });
    });

    it("searches the text, and nothing but the text", async () => {
      const { store } = await open();
      const elsewhere = { value: "autumn", metadata: { season: "autumn" }, subject: "autumn" };
      await store.save(scope, [write("autumn", { ...elsewhere, text: "spring" })]);
      expect(await store.search(here, query("autumn"))).toEqual([]);
    });

    it("asks for any of the words, and ranks higher what has more of them", async () => {
      const { store } = await open();
      await store.save(
        scope,
        texts("autumn garden", "autumn campaign", "winter campaign", "summer party"),
      );
      const hits = await store.search(here, query("autumn campaign"));
      expect(keysOf(hits)[0]).toBe("t0001");
      expect(keysOf(hits).toSorted()).toEqual(["t0000", "t0001", "t0002"]);
    });

    it("ranks a rare word above a common one", async () => {
      const { store } = await open();
      const common = Array.from({ length: 9 }, (_, i) => `campaign number ${i}`);
      await store.save(scope, texts(...common, "zebra number 9"));
      const hits = await store.search(here, query("campaign zebra"));
      expect(hits[0]?.key).toBe("t0009");
    });

    it.each([
      ["another form of the word", "campaign", "three campaigns"],
      ["a verb in another form", "launching", "it was launched"],
      ["another case", "AUTUMN", "Autumn is here"],
      ["a word with an accent", "cafe", "the Café round the corner"],
      ["a word without its accent", "résumé", "send the resume"],
      ["a number", "2026", "goals for 2026"],
      ["a word between punctuation", "budget", "(budget): final!"],
      ["a word in another script", "весна", "кампания «Весна»"],
      ["a word in a script without spaces", "東京", "私は東京に住んでいます"],
    ])("finds %s", async (_, searched, text) => {
      const { store } = await open();
      await store.save(scope, [write("other", { text: "nothing like it" }), write("it", { text })]);
      expect(keysOf(await store.search(here, query(searched)))).toEqual(["it"]);
    });

    it("does not take words for other words that begin alike", async () => {
      const { store } = await open();
      await store.save(scope, texts("market", "marker", "mark"));
      expect(keysOf(await store.search(here, query("market")))).toEqual(["t0000"]);
    });

    it("pays no attention to words that say nothing, beside those that do", async () => {
      const { store } = await open();
      await store.save(scope, texts("what is the price of it", "the winter of the world"));
      expect(keysOf(await store.search(here, query("what is the winter like")))).toEqual(["t0001"]);
    });

    it("finds nothing in an entry without text", async () => {
      const { store } = await open();
      await store.save(scope, texts("", " \n", "!?"));
      expect(await store.search(here, query("anything"))).toEqual([]);
      expect(await store.count(scope)).toBe(3);
    });
  });
}
