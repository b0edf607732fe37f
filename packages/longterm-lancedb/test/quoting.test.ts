import { encodeScope, where, type AgentScope } from "@mem/core";
import { assert, asyncProperty, constantFrom, oneof, pre, record, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { quote } from "../src/table/sql.ts";
import { openStore, query, storeFolder, write } from "./fixtures.ts";

const HOSTILE: readonly string[] = [
  ..."' | '' |''|' OR '1'='1|' OR 1=1 --|'; DROP TABLE memory; --|\\|\\'|\\\\|\"|\"\"|`|/*|*/|--|;".split(
    "|",
  ),
  ..."%|_|%%|$1|?|NULL|true|id|tenant = 'x'|acme::writer:a|acme::writer;|:|::|{}|é|e\u0301|％|＇".split(
    "|",
  ),
  ..."\0|\n|\r\n|\t|\u2028|\u{10FFFF}".split("|"),
];

const hostile = oneof(constantFrom(...HOSTILE), string({ unit: "binary", minLength: 1 }));
const place = record({ tenantId: hostile, workflowId: hostile, agentId: hostile });

describe("text in a query", () => {
  it("is one literal, whatever it is", () => {
    for (const text of HOSTILE) expect(quote(text)).toMatch(/^'(?:[^']|'')*'$/su);
  });

  it("reaches only the entries of its own scope and key", async () => {
    const store = openStore(await storeFolder());
    const one = (scope: AgentScope, key: string) =>
      store.save(scope, [write(key, { value: key, text: "word", metadata: { field: key } })]);
    await assert(
      asyncProperty(place, place, hostile, async (mine, theirs, key) => {
        pre(encodeScope(mine) !== encodeScope(theirs));
        await Promise.all([one(mine, key), one(theirs, key)]);
        const prefixed = { limit: 9, prefix: key, filter: where.eq("field", key) };
        const [entries, page, count, hits] = await Promise.all([
          store.get(mine, [key]),
          store.list(mine, prefixed),
          store.count(mine),
          store.search({ ...mine, agentIds: [mine.agentId] }, query("word")),
        ]);
        expect(entries).toMatchObject([{ key, value: key, agentId: mine.agentId }]);
        expect(page.items).toEqual(entries);
        expect(hits).toMatchObject(entries);
        expect(count).toBe(1);
        expect(await store.clear(mine)).toBe(1);
        expect(await store.count(theirs)).toBe(1);
        expect(await store.clearWorkflow(theirs)).toBe(1);
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});
