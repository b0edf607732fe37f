import {
  matchesFilter,
  where,
  parseJson,
  type Filter,
  type JsonObject,
  type JsonPrimitive,
  type SearchMode,
} from "@mem/core";
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  dictionary,
  letrec,
  oneof,
  option,
  record,
  sample,
  type Arbitrary,
} from "fast-check";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, keysOf, query, write } from "./samples.ts";
import { createScriptedEmbedder } from "./scripted-embedder.ts";

const NAMES =
  'a|b|c d|it\'s|__proto__|constructor|toString|length|a.b|a[0]|$eq|"q"|`q`|null|1|é|\u{1F511}|SELECT|%|\\|\u2028';
const field = constantFrom("", "a", "b", ...NAMES.split("|"));
const VALUES = [null, true, false, 0, 1, -1.5, 20, 1e21, 5e-324, 0.1, 9007199254740991] as const;
const TEXTS =
  "|1|true|null|x|xy|X|it's|é|e\u0301|%_|2026-11-22T10:00:00Z|2026-11-23|\u{1F511}|\uFFFD|a\0b";
const scalar: Arbitrary<JsonPrimitive> = constantFrom(...VALUES, ...TEXTS.split("|"));
const bound = constantFrom(0, 1, -1.5, 3, 1e21, "", "x", "é", "\u{1F511}", "2026-11-22T12:00:00Z");
const nested = constantFrom({ a: 1 }, [[1]], [], {}, [{ a: "x" }]);
const metadata: Arbitrary<JsonObject> = dictionary(field, oneof(scalar, array(scalar), nested), {
  maxKeys: 4,
}).map((fields) => parseJson(JSON.stringify(fields)) as JsonObject);

const { filter } = letrec<{ filter: Filter }>((tie) => ({
  filter: oneof(
    { depthSize: "small", withCrossShrink: true },
    record({ op: constantFrom("eq", "ne", "contains"), field, value: scalar }),
    record({ op: constantFrom("gt", "gte", "lt", "lte"), field, value: bound }),
    record({ op: constantFrom("in", "nin"), field, value: array(scalar, { maxLength: 3 }) }),
    record({ op: constant("exists"), field, value: boolean() }),
    record({ op: constantFrom("and", "or"), filters: array(tie("filter"), { maxLength: 3 }) }),
    record({ op: constant("not"), filter: tie("filter") }),
  ),
}));

export function filtersSearches(open: Open): void {
  describe("a filter", () => {
    it("means in search and list what matchesFilter says", async () => {
      const { store } = await open();
      const all = sample(option(metadata, { freq: 10, nil: undefined }), 40);
      const keys = all.map((_, i) => `key-${String(i).padStart(2, "0")}`);
      const writes = all.map((fields, i) =>
        write(keys[i]!, { text: "word", ...(fields && { metadata: fields }) }),
      );
      // Flushed in between, so that only a part of the entries is in the index.
      await store.save(agent("writer"), writes.slice(0, 20));
      await store.flush();
      await store.save(agent("writer"), writes.slice(20));
      await assert(
        asyncProperty(filter, async (one) => {
          const expected = keys.filter((_, i) => matchesFilter(one, all[i]));
          const page = await store.list(agent("writer"), { limit: 100, filter: one });
          const request = query("word", { topK: 100, filter: one });
          const hits = await store.search(agents("writer"), request);
          expect(page.items.map((entry) => entry.key)).toEqual(expected);
          expect(keysOf(hits)).toEqual(expected);
        }),
        { numRuns: 120 },
      );
    });

    it("means the same in every mode", async () => {
      const { store } = await open({ embedder: createScriptedEmbedder() });
      const all = sample(metadata, 12);
      const keys = all.map((_, i) => `key-${String(i).padStart(2, "0")}`);
      const writes = all.map((fields, i) => write(keys[i]!, { text: "word", metadata: fields }));
      await store.save(agent("writer"), writes);
      await store.flush();
      const modes = constantFrom<SearchMode>("vector", "hybrid", "auto");
      await assert(
        asyncProperty(filter, modes, async (one, mode) => {
          const request = query("word", { topK: 100, filter: one, mode });
          expect(keysOf(await store.search(agents("writer"), request))).toEqual(
            keys.filter((_, i) => matchesFilter(one, all[i])),
          );
        }),
        { numRuns: 30 },
      );
    });

    it("is applied before ranking: the best that match are found, however many rank above", async () => {
      const { store } = await open();
      const strong = Array.from({ length: 300 }, (_, i) =>
        write(`strong-${i}`, { text: "autumn autumn", metadata: { team: "a" } }),
      );
      const weak = write("weak", {
        text: "one autumn in a far longer text about other things",
        metadata: { team: "b" },
      });
      await store.save(agent("writer"), [...strong, weak]);
      const request = query("autumn", { topK: 1, filter: where.eq("team", "b") });
      expect(keysOf(await store.search(agents("writer"), request))).toEqual(["weak"]);
    });

    it("chooses without changing a score", async () => {
      const { store } = await open();
      const entries = Array.from({ length: 20 }, (_, i) =>
        write(`key-${i}`, {
          text: `autumn ${"campaign ".repeat(i % 4)}${"filler ".repeat(i)}`,
          metadata: { even: i % 2 === 0 },
        }),
      );
      await store.save(agent("writer"), entries);
      const request = query("autumn campaign", { topK: 20, neighbours: false });
      const all = await store.search(agents("writer"), request);
      const even = await store.search(agents("writer"), {
        ...request,
        filter: where.eq("even", true),
      });
      expect(all).toHaveLength(20);
      expect(even).toEqual(all.filter((hit) => hit.metadata?.["even"] === true));
    });

    it("can't widen the scope", async () => {
      const { store } = await open();
      await store.save({ tenantId: "other", agentId: "writer" }, [write("a", { text: "autumn" })]);
      await store.save(agent("else"), [write("b", { text: "autumn" })]);
      const widening = [
        where.or(where.exists("tenantId", false), where.eq("tenantId", "other")),
        where.not(where.and(where.exists("x"), where.not(where.exists("x")))),
        where.or(where.and(), where.or()),
        where.in("agentId", ["else", "writer", "' OR '1'='1"]),
      ];
      for (const one of widening) {
        expect(await store.search(agents("writer"), query("autumn", { filter: one }))).toEqual([]);
        expect((await store.list(agent("writer"), { limit: 5, filter: one })).items).toEqual([]);
      }
    });
  });
}
