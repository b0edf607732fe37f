import { compareCodePoints, matchesFilter, where, type Filter, type JsonObject } from "@mem/core";
import { describe, expect, it } from "vitest";
import { NASTY_IDS } from "../nasty-ids.ts";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Opened } from "./harness.ts";
import { EDITOR, listedKeys, write, WRITER } from "./samples.ts";

export function listsEntries(open: Opened): void {
  describe("listing", () => {
    it("lists whole entries, and nothing where nothing is", async () => {
      const { backend } = await open();
      expect(await backend.list(WRITER, { limit: 10 })).toEqual({ items: [] });
      await backend.save(WRITER, [
        write("a", { n: 1 }, { metadata: { m: 1 }, ttlMs: 60_000 }),
        write("b"),
      ]);
      const { items } = await backend.list(WRITER, { limit: 10 });
      expect(items).toEqual(await backend.get(WRITER, ["a", "b"]));
    });

    it("orders keys by Unicode code point, not by UTF-16 code unit", async () => {
      const { backend } = await open();
      const keys = [
        "\u{1F600}",
        "\uFFFD",
        "\uE000",
        "z",
        "Z",
        "a",
        "aa",
        "é",
        "e\u0301",
        "0",
        " ",
        "\0",
      ];
      await backend.save(
        WRITER,
        keys.map((key) => write(key)),
      );
      expect(await listedKeys(backend, WRITER)).toEqual(keys.toSorted(compareCodePoints));
      expect(await listedKeys(backend, WRITER, { limit: 5 })).toEqual(
        keys.toSorted(compareCodePoints),
      );
    });

    it("lists keys that begin with exactly the prefix", async () => {
      const { backend } = await open();
      await backend.save(
        WRITER,
        ["a", "ab", "ab:1", "ab:2", "abc", "aB", "b", "ba", "%ab"].map((key) => write(key)),
      );
      expect(await listedKeys(backend, WRITER, { prefix: "ab" })).toEqual([
        "ab",
        "ab:1",
        "ab:2",
        "abc",
      ]);
      expect(await listedKeys(backend, WRITER, { prefix: "ab:", limit: 1 })).toEqual([
        "ab:1",
        "ab:2",
      ]);
      expect(await listedKeys(backend, WRITER, { prefix: "abcd" })).toEqual([]);
      expect(await listedKeys(backend, WRITER, { prefix: "" })).toHaveLength(9);
    });

    it("takes every character of a prefix literally", async () => {
      const { backend } = await open();
      await backend.save(
        WRITER,
        NASTY_IDS.map((key) => write(key)),
      );
      for (const prefix of NASTY_IDS) {
        expect(await listedKeys(backend, WRITER, { prefix })).toEqual(
          NASTY_IDS.filter((key) => key.startsWith(prefix)).toSorted(compareCodePoints),
        );
      }
    });

    it.each(FILTERS)("lists what matches the filter $name", async ({ filter }) => {
      const { backend } = await open();
      await backend.save(
        WRITER,
        METADATA.map((metadata, i) => write(`k${i}`, i, { metadata: structuredClone(metadata) })),
      );
      await backend.save(WRITER, [write("none")]);
      const matching = METADATA.flatMap((metadata, i) =>
        matchesFilter(filter, metadata) ? [`k${i}`] : [],
      );
      if (matchesFilter(filter, undefined)) matching.push("none");
      const expected = matching.toSorted(compareCodePoints);
      expect(await listedKeys(backend, WRITER, { filter })).toEqual(expected);
      expect(await listedKeys(backend, WRITER, { filter, limit: 2 })).toEqual(expected);
      expect(await listedKeys(backend, WRITER, { filter, prefix: "k1" })).toEqual(
        expected.filter((key) => key.startsWith("k1")),
      );
    });

    it("pages through 1,000 entries, each once and in order, and ends without a cursor", async () => {
      const { backend } = await open();
      const keys = Array.from({ length: 1000 }, (_, i) => `key ${(i * 7919) % 1000}`);
      await backend.save(
        WRITER,
        keys.map((key) => write(key)),
      );
      const sorted = keys.toSorted(compareCodePoints);
      expect(await listedKeys(backend, WRITER, { limit: 64 })).toEqual(sorted);
      expect(await listedKeys(backend, WRITER, { limit: 1000 })).toEqual(sorted);
      expect(await backend.list(WRITER, { limit: 1001 })).not.toHaveProperty("cursor");
    });

    it("continues after inserts and deletes between pages: nothing twice, nothing left out", async () => {
      const { backend } = await open();
      const keys = Array.from({ length: 20 }, (_, i) => `k${String(i).padStart(2, "0")}`);
      await backend.save(
        WRITER,
        keys.map((key) => write(key)),
      );
      const first = await backend.list(WRITER, { limit: 8 });
      await backend.delete(WRITER, [{ key: "k03" }, { key: "k07" }, { key: "k08" }]);
      await backend.save(WRITER, [write("k00a"), write("k07a"), write("k15a")]);
      const seen: string[] = first.items.map((entry) => entry.key);
      for (let { cursor } = first; cursor !== undefined;) {
        const page = await backend.list(WRITER, { limit: 4, cursor });
        seen.push(...page.items.map((entry) => entry.key));
        cursor = page.cursor;
      }
      expect(seen).toEqual([...keys.filter((key) => key !== "k08"), "k07a", "k15a"].toSorted());
    });

    it("ends in peace when everything is gone by the next page", async () => {
      const { backend } = await open();
      await backend.save(
        WRITER,
        ["a", "b", "c", "d"].map((key) => write(key)),
      );
      const { cursor } = await backend.list(WRITER, { limit: 2 });
      await backend.clear(WRITER);
      const rest = await backend.list(WRITER, { limit: 2, cursor: cursor as string });
      expect(rest).toEqual({ items: [] });
    });

    it("never shows another scope, whatever the cursor", async () => {
      const { backend } = await open();
      await backend.save(
        WRITER,
        ["a", "b", "c"].map((key) => write(key)),
      );
      await backend.save(EDITOR, [write("z")]);
      const { cursor } = await backend.list(WRITER, { limit: 1 });
      const page = await backend
        .list(EDITOR, { limit: 10, cursor: cursor as string })
        .catch(() => undefined);
      expect(page?.items.map((entry) => entry.key) ?? ["z"]).toEqual(["z"]);
    });

    it.each(["", "0", "17", "next", "💥", "a:b:c", "%%%", '{"key":"a"}', "__proto__"])(
      "refuses %j as a cursor",
      async (cursor) => {
        const { backend } = await open();
        await backend.save(WRITER, [write("a"), write("b")]);
        await expectRejection(
          () => backend.list(WRITER, { limit: 1, cursor }),
          "MEM_INVALID_ARGUMENT",
        );
        expect(await listedKeys(backend, WRITER)).toEqual(["a", "b"]);
      },
    );
  });
}

const METADATA: readonly JsonObject[] = [
  { status: "done", score: 0.9, tags: ["a", "b"] },
  { status: "done", score: 0.1, tags: [] },
  { status: "open", score: "0.9", at: "2026-01-01" },
  { status: null, score: 1, at: "2026-06-01" },
  { status: "Done", tags: "a" },
  { status: ["done"], nested: { status: "done" } },
  { "status ": "done", __proto: 1, constructor: "x" },
  {},
  { status: true, score: -1 },
  { status: "done'; --", score: 1e300 },
  { score: 0, status: "" },
  { tags: [null, 1, "b"] },
];

const FILTERS: readonly { readonly name: string; readonly filter: Filter }[] = [
  { name: "eq", filter: where.eq("status", "done") },
  { name: "eq null", filter: where.eq("status", null) },
  { name: "ne", filter: where.ne("status", "done") },
  { name: "gt", filter: where.gt("score", 0) },
  { name: "gte on strings", filter: where.gte("at", "2026-03-01") },
  { name: "lt", filter: where.lt("score", 0.5) },
  { name: "lte", filter: where.lte("score", 0) },
  { name: "in", filter: where.in("status", ["open", true, null]) },
  { name: "nin", filter: where.nin("status", ["open", "done"]) },
  { name: "contains in an array", filter: where.contains("tags", "b") },
  { name: "contains in a string", filter: where.contains("status", "o") },
  { name: "exists", filter: where.exists("status") },
  { name: "exists not", filter: where.exists("score", false) },
  { name: "on an inherited name", filter: where.exists("toString") },
  { name: "with quotes in it", filter: where.eq("status", "done'; --") },
  { name: "and", filter: where.and(where.eq("status", "done"), where.gt("score", 0.5)) },
  { name: "or", filter: where.or(where.eq("status", "open"), where.contains("tags", null)) },
  { name: "not", filter: where.not(where.exists("status")) },
  { name: "and of nothing", filter: where.and() },
  { name: "or of nothing", filter: where.or() },
];
