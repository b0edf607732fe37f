import { matchesFilter, where, type Filter, type JsonObject } from "@mem/core";
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
  record,
  type Arbitrary,
} from "fast-check";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, keysOf, query, write } from "./samples.ts";

const field = constantFrom("a", "b", "c d", "it's", "__proto__");
const scalar = constantFrom(null, true, false, 0, 1, -1.5, 20, "", "1", "x", "xy", "it's", "é%_");
const bound = constantFrom(0, 1, -1.5, 3, "", "x", "é");
const metadata: Arbitrary<JsonObject> = dictionary(field, oneof(scalar, array(scalar)), {
  maxKeys: 3,
}).map((fields) => JSON.parse(JSON.stringify(fields)) as JsonObject);

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
      const entries = array(metadata, { minLength: 1, maxLength: 12 });
      let runs = 0;
      await assert(
        asyncProperty(entries, array(filter, { minLength: 5 }), async (all, filters) => {
          const name = `writer-${runs++}`;
          const keys = all.map((_, i) => `key-${String(i).padStart(2, "0")}`);
          await store.save(
            agent(name),
            all.map((fields, i) => write(keys[i]!, { text: "word", metadata: fields })),
          );
          for (const one of filters) {
            const expected = keys.filter((_, i) => matchesFilter(one, all[i]));
            const page = await store.list(agent(name), { limit: 100, filter: one });
            const hits = await store.search(
              agents(name),
              query("word", { topK: 100, filter: one }),
            );
            expect(page.items.map((entry) => entry.key)).toEqual(expected);
            expect(keysOf(hits)).toEqual(expected);
          }
        }),
        { numRuns: 20 },
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
