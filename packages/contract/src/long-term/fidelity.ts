import { parseJson, type JsonValue, type LongTermEntry } from "@mem/core";
import { array, assert, asyncProperty, jsonValue } from "fast-check";
import { describe, expect, it } from "vitest";
import { ESCAPED_NAMES } from "../escaped-names.ts";
import type { Open } from "./harness.ts";
import { agent, agents, query, saveOne, write } from "./samples.ts";

const scope = agent("keeper");

const AWKWARD: readonly JsonValue[] = [
  null,
  "",
  0,
  5e-324,
  1.7976931348623157e308,
  9007199254740991,
  0.1,
  [],
  {},
  [[], {}, [null]],
  { "": "", "a.b": 1, "a b": 2, $ref: "#", toJSON: "no" },
  parseJson('{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}}') as JsonValue,
  "\0\b\u2028\u2029\uFEFF\uFFFD\u{1F9D1}\u200D\u{1F680}",
  "2026-11-22T10:00:00.000Z",
  { z: 1, a: 2, 10: 3, 9: 4 },
  ...ESCAPED_NAMES,
];

export function keepsJson(open: Open): void {
  describe("values", () => {
    it("come back as the same JSON, before and after the storage is opened again", async () => {
      const { store, reopen } = await open();
      const keys = AWKWARD.map((_, i) => `value-${i}`);
      await store.save(
        scope,
        AWKWARD.map((value, i) => write(`value-${i}`, { value, metadata: { value } })),
      );
      for (const from of [async () => store, reopen]) {
        const entries = await (await from()).get(scope, keys);
        expect(entries.map((entry) => exact(entry?.value))).toEqual(AWKWARD.map(exact));
        expect(entries.map((entry) => exact(entry?.metadata?.["value"]))).toEqual(
          AWKWARD.map(exact),
        );
      }
      expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    });

    it("come back as the same JSON, whatever they are", async () => {
      const { store } = await open();
      await assert(
        asyncProperty(array(jsonValue({ stringUnit: "binary" }), { minLength: 1 }), async (raw) => {
          const values = raw.map(withoutNegativeZero);
          const keys = values.map((_, i) => `value-${i}`);
          await store.save(
            scope,
            values.map((value, i) =>
              write(`value-${i}`, { value: structuredClone(value), text: JSON.stringify(value) }),
            ),
          );
          const entries = await store.get(scope, keys);
          expect(entries.map((entry) => entry?.value)).toEqual(values);
          expect(entries.map((entry) => entry?.text)).toEqual(
            values.map((value) => JSON.stringify(value)),
          );
        }),
        { numRuns: 20 },
      );
    });

    it("may nest as deep as callers may nest them", async () => {
      const { store, reopen } = await open();
      let value: JsonValue = "bottom";
      for (let depth = 0; depth < 199; depth++) value = depth % 2 === 0 ? [value] : { value };
      await saveOne(store, scope, write("deep", { value }));
      expect((await store.get(scope, ["deep"]))[0]?.value).toEqual(value);
      expect((await (await reopen()).get(scope, ["deep"]))[0]?.value).toEqual(value);
    });
  });

  describe("results", () => {
    it("belong to the caller: changing one changes nothing that is stored", async () => {
      const { store } = await open();
      await saveOne(
        store,
        scope,
        write("entry", {
          value: { list: [1], inner: { a: 1 } },
          text: "budget",
          metadata: { tags: ["x"] },
          derivedFrom: ["long_term:acme::keeper:other"],
          sequence: { id: "s", position: 1 },
        }),
      );
      const read = async (): Promise<(LongTermEntry | undefined)[]> => [
        (await store.get(scope, ["entry"]))[0],
        (await store.list(scope, { limit: 1 })).items[0],
        (await store.search(agents("keeper"), query("budget")))[0],
      ];
      const before = JSON.stringify(await read());
      for (const result of await read()) vandalise(result);
      expect(JSON.stringify(await read())).toBe(before);
    });
  });
}

/** Unlike `toEqual`, also distinguishes the order of properties. */
function exact(value: JsonValue | undefined): string {
  return JSON.stringify(value);
}

function withoutNegativeZero(value: unknown): JsonValue {
  return parseJson(JSON.stringify(value)) as JsonValue;
}

/** Overwrites every property and item within reach. */
function vandalise(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    vandalise(inner);
    (value as Record<string, unknown>)[key] = "vandalised";
  }
}
