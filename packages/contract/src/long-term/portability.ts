import type { EntrySource, LongTermStore, PortableEntry, Scope, Sequence } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { id, jsonObject, jsonValue } from "../arbitrary-json.ts";
import type { Open } from "./harness.ts";
import { allEntries, asEntry, placeOf, portable } from "./portable-samples.ts";
import { agent, team, TENANT, write, writes } from "./samples.ts";

const scope = agent("porter");

export function carriesEntries(open: Open): void {
  describe("entries on their way", () => {
    it("are those of every tenant, or of one", async () => {
      const { store } = await open();
      expect(await allEntries(store)).toEqual([]);
      await store.save(scope, writes(["plan", "brief", "gone"]));
      await store.save(agent("porter", "w1"), writes(["plan"]));
      await store.save(team("w1"), writes(["plan"]));
      await store.save({ ...scope, tenantId: `${TENANT}2` }, writes(["plan"]));
      await store.delete(scope, [{ key: "gone" }]);
      const all = await allEntries(store);
      expect(all).toHaveLength(5);
      expect(await allEntries(store, {})).toEqual(all);
      expect(await allEntries(store, { tenantId: TENANT })).toEqual(
        all.filter((each) => each.scope.tenantId === TENANT),
      );
      expect(await allEntries(store, { tenantId: "none" })).toEqual([]);
      for (const each of all) expect(await readAs(store, each)).toEqual(asEntry(each));
    });

    it("arrive as they left, whatever they are", async () => {
      await fc.assert(
        fc.asyncProperty(portableEntries, async (entries) => {
          const { store, reopen } = await open();
          const expected = inOrder(entries);
          expect(await store.restore(structuredClone(entries))).toEqual({
            stored: entries.length,
            skipped: 0,
          });
          const carried = await allEntries(store);
          expect(carried).toEqual(expected);
          for (const each of expected) expect(await readAs(store, each)).toEqual(asEntry(each));
          const { store: other } = await open();
          await other.restore(carried);
          expect(await allEntries(other)).toEqual(expected);
          expect(await allEntries(await reopen())).toEqual(expected);
        }),
        { numRuns: 15 },
      );
    });

    it("bring the operation that made them, so that it is known when it is sent again", async () => {
      const { store } = await open();
      const { store: other } = await open();
      await store.save(scope, [write("plan", { value: 1, opId: "op-1" })]);
      await other.restore(await allEntries(store));
      const [entry] = await other.get(scope, ["plan"]);
      expect(await other.save(scope, [write("plan", { value: 2, opId: "op-1" })])).toEqual([
        { stored: true, version: entry?.version },
      ]);
      expect((await other.get(scope, ["plan"]))[0]?.value).toBe(1);
    });

    it("are as they were at one moment, whoever writes while they are walked", async () => {
      const { store } = await open();
      const keys = Array.from({ length: 1500 }, (_, i) => `key-${i}`);
      await store.restore(keys.map((key) => portable(scope, key, { value: "before" })));
      const before = await allEntries(store);
      const walked: PortableEntry[] = [];
      for await (const batch of store.entries()) {
        expect(batch.length).toBeGreaterThan(0);
        if (walked.length === 0) {
          await store.save(scope, [write("key-0", { value: "after" }), write("new")]);
          await store.delete(scope, [{ key: "key-1" }]);
          await store.save(scope, [write("key-1499", { value: "after" })]);
          await store.delete(scope, [{ key: "key-1498" }]);
        }
        walked.push(...batch);
      }
      expect(inOrder(walked)).toEqual(before);
      expect(await store.count(scope)).toBe(1499);
    });

    it("need not be walked to the end", async () => {
      const { store, reopen } = await open();
      await store.restore(Array.from({ length: 300 }, (_, i) => portable(scope, `key-${i}`)));
      for await (const batch of store.entries()) {
        expect(batch.length).toBeGreaterThan(0);
        break;
      }
      await store.delete(scope, [{ key: "key-0" }]);
      expect(await (await reopen()).count(scope)).toBe(299);
    });
  });
}

function inOrder(entries: readonly PortableEntry[]): PortableEntry[] {
  return entries.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

/** An entry as `get` returns it, except for its version, which is the store's own. */
async function readAs(
  store: LongTermStore,
  { scope: from, entry }: PortableEntry,
): Promise<unknown> {
  const [found] = await store.get(from, [entry.key]);
  expect(found?.version).toEqual(expect.any(String));
  return { ...found, version: "" };
}

const scopes: fc.Arbitrary<Scope> = fc.oneof(
  fc.record({ tenantId: id, agentId: id }),
  fc.record({ tenantId: id, workflowId: id }),
  fc.record({ tenantId: id, workflowId: id, agentId: id }),
);

const time: fc.Arbitrary<number> = fc.integer({ min: 0, max: 4_102_444_800_000 });

const sequence: fc.Arbitrary<Sequence> = fc.record({
  id,
  // JSON as stored here has no negative zero.
  position: fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
});

const entry: fc.Arbitrary<PortableEntry["entry"]> = fc.record(
  {
    key: id,
    value: jsonValue,
    text: fc.string({ unit: "binary" }),
    source: fc.constantFrom<EntrySource>("agent", "document", "message", "promotion"),
    createdAt: time,
    updatedAt: time,
    metadata: jsonObject,
    subject: id,
    sequence,
    derivedFrom: fc.array(fc.string({ unit: "binary" }), { maxLength: 3 }),
  },
  { requiredKeys: ["key", "value", "text", "source", "createdAt", "updatedAt"] },
);

const portableEntries: fc.Arbitrary<PortableEntry[]> = fc.uniqueArray(
  fc.record({ scope: scopes, entry, opId: id }, { requiredKeys: ["scope", "entry"] }),
  { selector: placeOf, maxLength: 12 },
);
