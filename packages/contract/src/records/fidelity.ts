import { cloneJson, parseJson, type JsonValue } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonObject, jsonValue } from "../arbitrary-json.ts";
import { ESCAPED_NAMES } from "../escaped-names.ts";
import type { OpenRecords } from "./harness.ts";
import { ask, record } from "./sample.ts";

const HARD_VALUES: readonly JsonValue[] = [
  "line one\nline two\r\nline three\u2028four\u0000",
  '{"id":"record-0001"}\n{"id":"record-0002"}',
  "\\n \\u0041 \" ' `",
  "👩‍👩‍👧‍👦 é e\u0301 \uFEFF \uFFFD",
  "x".repeat(200_000),
  [Number.MAX_SAFE_INTEGER, Number.MIN_VALUE, 1e308, -1.5, 0.1, 1e21],
  parseJson('{"__proto__":{"admin":true},"constructor":1,"":{"a.b":[[],{}]}}') as JsonValue,
  nested(150),
];

export function keepsJson(open: OpenRecords): void {
  describe("JSON", () => {
    it.each(HARD_VALUES.map((value) => [label(value), value] as const))(
      "returns %s as it was",
      async (_, value) => {
        const { store } = await open();
        const sent = record(1, { input: value, output: [value], metadata: { value } });
        await store.append([copy(sent)]);
        expect(await ask(store)).toStrictEqual([sent]);
      },
    );

    it("keeps names that JSON escapes apart", async () => {
      const { store } = await open();
      const sent = ESCAPED_NAMES.map((value, i) => record(i, { output: value, metadata: value }));
      await store.append(sent.map(copy));
      expect(await ask(store)).toEqual(sent);
    });

    it("returns any JSON as it was", async () => {
      const { store } = await open();
      let n = 0;
      await fc.assert(
        fc.asyncProperty(
          jsonValue,
          jsonValue,
          jsonValue,
          jsonObject,
          async (input, output, error, metadata) => {
            const sent = record(n++, { input, output, error, metadata });
            await store.append([copy(sent)]);
            const [found] = await ask(store, { order: "newest", limit: 1, id: sent.id });
            // Not `toStrictEqual`: a value may have a property named "constructor".
            expect(found).toEqual(sent);
          },
        ),
        { numRuns: 50 },
      );
    });

    it("leaves a value that it was given as it was", async () => {
      const { store } = await open();
      const sent = record(1, { input: { b: 1, a: [2] } });
      await store.append([sent]);
      expect(sent).toStrictEqual(record(1, { input: { b: 1, a: [2] } }));
    });
  });
}

function copy<T>(value: T): T {
  return cloneJson(value as unknown as JsonValue) as T;
}

function nested(depth: number): JsonValue {
  let value: JsonValue = "deep";
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { in: value };
  return value;
}

function label(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
