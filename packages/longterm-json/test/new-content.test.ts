import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./folder.ts";
import { ann, keysIn, note } from "./samples.ts";

const key = fc.constantFrom("a", "b", "c", "d");
const text = fc.constantFrom("spring", "summer", "autumn");
const change = fc.oneof(
  fc.record({ key, text, ifNew: fc.boolean() }),
  fc.record({ key, text: fc.constant(undefined), ifNew: fc.constant(false) }),
);

describe("new content", () => {
  it("is told from what is there, was, and waits, in calls that travel together", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 20 }), async (changes) => {
        await using folder = await temporaryFolder();
        const store = folder.open();
        await store.save(ann, [note("a", "spring")]);
        const expected = new Map([["a", "spring"]]);
        const made: boolean[] = [];
        for (const { key: own, text: wanted, ifNew } of changes) {
          const stays = ifNew && [...expected.values()].includes(wanted ?? "");
          made.push(wanted === undefined ? expected.has(own) : !stays);
          if (wanted === undefined) expected.delete(own);
          else if (!stays) expected.set(own, wanted);
        }
        const results = await Promise.all(
          changes.map(async ({ key: own, text: wanted, ifNew }) => {
            if (wanted === undefined) return (await store.delete(ann, [{ key: own }]))[0];
            return (await store.save(ann, [{ ...note(own, wanted), ifNew }]))[0]?.stored;
          }),
        );
        expect(results).toEqual(made);
        expect(await keysIn(store)).toEqual([...expected.keys()].toSorted());
      }),
      { numRuns: 30 },
    );
  });

  it("takes time by how much is saved at once, and not by its square", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    const notes = Array.from({ length: 6000 }, (_, i) => ({
      ...note(`${i}`, `${i}`),
      ifNew: true,
    }));
    const before = process.cpuUsage();
    await store.save(ann, notes);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(3000);
    expect(await store.count(ann)).toBe(6000);
  });
});
