import { cloneJson, parseJson, type JsonObject, type JsonValue } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonObject, jsonValue } from "../arbitrary-json.ts";
import { ESCAPED_NAMES } from "../escaped-names.ts";
import type { Opened } from "./harness.ts";
import { ruin } from "./ruin.ts";
import { getOne, saveOne, valueOf, write, WRITER } from "./samples.ts";
import { LAUNCH, startWorkflow } from "./workflow-samples.ts";

export function keepsJson(open: Opened): void {
  describe("values", () => {
    it("come back equal, whatever JSON they are", async () => {
      const { backend } = await open();
      await fc.assert(
        fc.asyncProperty(jsonValue, async (value) => {
          await saveOne(backend, WRITER, write("any", cloneJson(value)));
          expect(await valueOf(backend, WRITER, "any")).toEqual(value);
        }),
        { numRuns: 150 },
      );
    });

    it("come back equal as metadata and in a log", async () => {
      const { backend } = await open();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(jsonObject, async (value) => {
          await saveOne(backend, WRITER, write("any", 1, { metadata: cloneJson(value) }));
          expect((await getOne(backend, WRITER, "any"))?.metadata).toEqual(value);
          const items = [{ id: `item ${run++}`, value: cloneJson(value) }];
          await backend.append(WRITER, "log", items, { maxItems: 2, ttlMs: null });
          expect((await backend.read(WRITER, "log", { limit: 1 }))[0]?.value).toEqual(value);
        }),
        { numRuns: 50 },
      );
    });

    it("keep names that JSON escapes apart", async () => {
      const { backend } = await open();
      const keys = ESCAPED_NAMES.map((_, i) => `any ${i}`);
      const writes = ESCAPED_NAMES.map((value, i) =>
        write(`any ${i}`, cloneJson(value), { metadata: cloneJson(value) }),
      );
      await backend.save(WRITER, writes);
      const entries = await backend.get(WRITER, keys);
      expect(entries.map((entry) => entry?.value)).toEqual(ESCAPED_NAMES);
      expect(entries.map((entry) => entry?.metadata)).toEqual(ESCAPED_NAMES);
      const items = ESCAPED_NAMES.map((value, i) => ({ id: `item ${i}`, value: cloneJson(value) }));
      await backend.append(WRITER, "log", items, { maxItems: 10, ttlMs: null });
      const read = await backend.read(WRITER, "log", { limit: 10 });
      expect(read.map(({ value }) => value)).toEqual(ESCAPED_NAMES);
    });

    it.each([
      { what: "null", value: null },
      { what: "an empty string", value: "" },
      { what: "0", value: 0 },
      { what: "false", value: false },
      { what: "an empty object", value: {} },
      { what: "an empty array", value: [] },
      { what: "nested emptiness", value: { a: [], b: {}, c: [[], [{}]], d: null } },
      {
        what: "the largest numbers",
        value: [Number.MAX_VALUE, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER],
      },
      { what: "numbers that look like strings", value: [1, "1", "1.0", "1e3"] },
      { what: "numeric property names", value: { "10": "a", "9": "b", x: "c" } },
      { what: "hostile property names", value: hostile() },
      { what: "a million characters", value: "ä".repeat(1_000_000) },
      { what: "depth", value: nested(200) },
      { what: "line separators and NUL", value: "\u2028\u2029\0\u001F\u007F\uFEFF" },
    ])("keep $what", async ({ value }) => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("any", cloneJson<JsonValue>(value)));
      const entry = await getOne(backend, WRITER, "any");
      expect(entry?.value).toEqual(value);
      expect(JSON.stringify(entry?.value)).toBe(JSON.stringify(value));
      expect(Object.keys(Object.prototype)).toEqual([]);
    });

    it("belong to the caller: changing a result changes nothing that is stored", async () => {
      const { backend } = await open();
      const about = { metadata: { tags: ["a"] }, derivedFrom: ["long_term:acme::writer:x"] };
      await saveOne(backend, WRITER, write("plan", { steps: [{ n: 1 }] }, cloneJson(about)));
      const [one] = await backend.get(WRITER, ["plan"]);
      const { items } = await backend.list(WRITER, { limit: 10 });
      const before = structuredClone(one);
      for (const entry of [one, items[0]]) ruin(entry);
      expect(await getOne(backend, WRITER, "plan")).toEqual(before);
      expect((await backend.list(WRITER, { limit: 10 })).items).toEqual([before]);
    });

    it("belong to the caller: a later write changes no earlier result", async () => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("plan", { steps: [1] }, { metadata: { a: 1 } }));
      const entry = await getOne(backend, WRITER, "plan");
      const before = structuredClone(entry);
      await saveOne(backend, WRITER, write("plan", { steps: [2] }, { metadata: { a: 2 } }));
      await backend.delete(WRITER, [{ key: "plan" }]);
      expect(entry).toEqual(before);
    });

    it("of a log belong to the caller too", async () => {
      const { backend } = await open();
      const bounds = { maxItems: 10, ttlMs: null };
      const appended = await backend.append(
        WRITER,
        "log",
        [{ id: "m1", value: { parts: ["a"] } }],
        bounds,
      );
      const read = await backend.read(WRITER, "log", { limit: 10 });
      const again = await backend.append(
        WRITER,
        "log",
        [{ id: "m1", value: { parts: ["a"] } }],
        bounds,
      );
      const before = structuredClone(read);
      for (const items of [appended, read, again]) ruin(items);
      expect(await backend.read(WRITER, "log", { limit: 10 })).toEqual(before);
    });

    it("of a workflow belong to the caller too", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend, { metadata: { goal: { steps: [1] } } });
      const listed = await backend.listWorkflows("acme", { limit: 1 });
      const state = await backend.getWorkflow(LAUNCH);
      const before = structuredClone(state);
      for (const one of [started, listed.items[0], state]) ruin(one);
      expect(await backend.getWorkflow(LAUNCH)).toEqual(before);
    });
  });
}

function hostile(): JsonObject {
  return parseJson(
    '{"__proto__":{"polluted":true},"constructor":{"prototype":1},"toString":"x","":0}',
  ) as JsonObject;
}

function nested(depth: number): JsonValue {
  let value: JsonValue = "bottom";
  for (let i = 0; i < depth - 1; i++) value = i % 2 === 0 ? [value] : { down: value };
  return value;
}
