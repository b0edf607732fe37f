import { describe, expect, it } from "vitest";
import {
  checkPortableEntries,
  checkPortableRequest,
  type PortableEntry,
  type RestoreOptions,
} from "../src/index.ts";

const good: PortableEntry = {
  scope: { tenantId: "acme", agentId: "ann" },
  entry: {
    key: "plan",
    value: { steps: [1] },
    text: "steps: 1",
    source: "agent",
    createdAt: 0,
    updatedAt: 1,
    metadata: { tag: "a" },
    subject: "person:1",
    sequence: { id: "chat", position: 1.5 },
    derivedFrom: ["acme::ann:draft"],
  },
  opId: "op",
  vector: Float32Array.of(1, 0),
};

const vectorsOf = { model: "two", dimensions: 2 };

function entry(fields: object): object {
  return { ...good, entry: { ...good.entry, ...fields } };
}

describe("entries that are to be restored", () => {
  it("come through as they are, with copies of their values", () => {
    const [checked] = checkPortableEntries([good], { vectorsOf, ifExists: "skip" });
    expect(checked).toEqual(good);
    expect(checked?.entry.value).not.toBe(good.entry.value);
    expect(checked?.entry.metadata).not.toBe(good.entry.metadata);
  });

  it("may lack all that an entry may lack", () => {
    const { metadata: _, subject: _s, sequence: _q, derivedFrom: _d, ...bare } = good.entry;
    const least = { scope: { tenantId: "acme", workflowId: "w1" }, entry: bare };
    expect(checkPortableEntries([least])).toEqual([least]);
  });

  it("lose what is no field of an entry", () => {
    const more = { ...(entry({ version: "7", expiresAt: 1 }) as PortableEntry), colour: "red" };
    expect(checkPortableEntries([more])).toEqual([good]);
  });

  it.each<[unknown, string, string]>([
    [null, "MEM_INVALID_ARGUMENT", "entries[1]"],
    [{ ...good, scope: { tenantId: "acme" } }, "MEM_INVALID_ARGUMENT", "entries[1].scope"],
    [
      { ...good, scope: { tenantId: "", agentId: "a" } },
      "MEM_INVALID_ARGUMENT",
      "entries[1].scope.tenantId",
    ],
    [{ ...good, entry: null }, "MEM_INVALID_ARGUMENT", "entries[1].entry"],
    [entry({ key: "" }), "MEM_INVALID_ARGUMENT", "entries[1].entry.key"],
    [entry({ key: "x".repeat(20_000) }), "MEM_TOO_LARGE", "entries[1].entry.key"],
    [entry({ value: { a: [undefined] } }), "MEM_NOT_JSON", "entries[1].entry.value.a[0]"],
    [entry({ value: new Date(0) }), "MEM_NOT_JSON", "entries[1].entry.value"],
    [entry({ text: "\uD800" }), "MEM_INVALID_ARGUMENT", "entries[1].entry.text"],
    [entry({ source: "user" }), "MEM_INVALID_ARGUMENT", "entries[1].entry.source"],
    [entry({ createdAt: 9e15 }), "MEM_INVALID_ARGUMENT", "entries[1].entry.createdAt"],
    [entry({ updatedAt: "2026" }), "MEM_INVALID_ARGUMENT", "entries[1].entry.updatedAt"],
    [entry({ metadata: [1] }), "MEM_INVALID_ARGUMENT", "entries[1].entry.metadata"],
    [entry({ subject: 7 }), "MEM_INVALID_ARGUMENT", "entries[1].entry.subject"],
    [entry({ sequence: null }), "MEM_INVALID_ARGUMENT", "entries[1].entry.sequence"],
    [
      entry({ sequence: { id: "a", position: Infinity } }),
      "MEM_INVALID_ARGUMENT",
      "entries[1].entry.sequence.position",
    ],
    [entry({ derivedFrom: "a" }), "MEM_INVALID_ARGUMENT", "entries[1].entry.derivedFrom"],
    [{ ...good, opId: null }, "MEM_INVALID_ARGUMENT", "entries[1].opId"],
    [{ ...good, vector: [1, 0] }, "MEM_INVALID_ARGUMENT", "entries[1].vector"],
    [
      { ...good, vector: Float32Array.of(1, Number.NaN) },
      "MEM_INVALID_ARGUMENT",
      "entries[1].vector[1]",
    ],
    [{ ...good, vector: Float32Array.of(1) }, "MEM_DIMENSION", "entries[1].vector"],
  ])("are refused where one is wrong, and told where: %#", (bad, code, path) => {
    expect(() => checkPortableEntries([good, bad as PortableEntry], { vectorsOf })).toThrow(
      expect.objectContaining({ code, path, message: expect.stringContaining(path) }),
    );
  });

  it.each<[unknown, string]>([
    [{ ifExists: "merge" }, "options.ifExists"],
    [{ vectorsOf: { model: "", dimensions: 2 } }, "options.vectorsOf.model"],
    [{ vectorsOf: { model: "m", dimensions: 0 } }, "options.vectorsOf.dimensions"],
  ])("are refused with options that are wrong: %j", (options, path) => {
    expect(() => checkPortableEntries([good], options as RestoreOptions)).toThrow(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path }),
    );
  });
});

describe("a request for entries", () => {
  it("names a tenant or asks for all", () => {
    expect(checkPortableRequest()).toEqual({});
    expect(checkPortableRequest({ tenantId: "acme" })).toEqual({ tenantId: "acme" });
  });

  it.each([null, { tenantId: undefined }, { tenantId: "" }, { tenantId: 7 }])(
    "never asks for all by mistake: %j",
    (request) => {
      expect(() => checkPortableRequest(request as never)).toThrow(
        expect.objectContaining({ code: "MEM_INVALID_ARGUMENT" }),
      );
    },
  );
});
