import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  where,
  type Filter,
  type Knowledge,
  type LongTermStore,
  type SearchHit,
  type SearchRequest,
} from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createKnowledge, ingestKnowledge, provenanceOf } from "../src/index.ts";

let folder: string;
let store: LongTermStore;
let knowledge: Knowledge;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-knowledge-"));
  store = createJsonStore({ path: join(folder, "knowledge.json") });
  knowledge = createKnowledge({ store });
});
afterEach(async () => {
  await knowledge.close();
  await rm(folder, { recursive: true });
});

const search = (text: string, more: Partial<SearchRequest> = {}): Promise<SearchHit[]> =>
  knowledge.search("default", { text, topK: 5, mode: "auto", neighbours: false, ...more });
const keysOf = async (filter: Filter): Promise<string[]> =>
  (await search("passage", { filter })).map(({ key }) => key).toSorted();
const voice = {
  id: "voice",
  text: "# Voice\n\nWarm and brief.\n\n## Names\n\nBy first name.",
  title: "Brand",
  path: "brand/voice.md",
  metadata: { year: 2026, tags: ["tone"] },
};
const channels = { id: "channels", text: "Email earns most.", metadata: { year: 2025 } };

describe("a hit", () => {
  beforeEach(async () => {
    await ingestKnowledge({ store, documents: [voice, channels] });
  });

  it("says where it comes from", async () => {
    const [hit] = await search("first name");
    const provenance = {
      document: "voice",
      title: "Brand",
      path: "brand/voice.md",
      collection: "default",
      hash: createHash("sha256").update(voice.text).digest("hex"),
      headings: ["Voice", "Names"],
      position: 1,
      start: 36,
      end: 50,
    };
    expect(hit && provenanceOf(hit)).toEqual(provenance);
    expect(hit).toMatchObject({
      key: "voice#1",
      value: { ...provenance, text: "By first name." },
      metadata: {
        year: 2026,
        tags: ["tone"],
        document: "voice",
        title: "Brand",
        path: "brand/voice.md",
        collection: "default",
        hash: provenance.hash,
        heading: "Voice › Names",
        position: 1,
      },
      source: "document",
      derivedFrom: ["voice"],
      sequence: { id: "voice", position: 1 },
    });
    expect(Object.keys(hit?.metadata ?? {})).toHaveLength(9);
    expect(hit).not.toHaveProperty("agentId");
  });

  it("has its own passage with the headings of its document", async () => {
    const [hit] = await search("first name");
    const { text = "", passage } = hit ?? {};
    expect(passage).toMatchObject({ text: "By first name.", headings: ["Voice", "Names"] });
    expect(text.slice(passage?.start, passage?.end)).toBe("By first name.");
    expect(text).toBe("Brand\nVoice › Names\nBy first name.");
    expect(hit?.snippet).toBe("By first name.");
  });

  it("is retrieved by its key, and its document by its id", async () => {
    const [hit] = await search("first name");
    const keys = ["voice", "voice#1", "voice#2", "voice#01", "none", "none#0", "#0"];
    const [document, passage, ...none] = await knowledge.get("default", keys);
    expect(document?.value).toEqual({
      document: "voice",
      title: "Brand",
      path: "brand/voice.md",
      collection: "default",
      hash: createHash("sha256").update(voice.text).digest("hex"),
      passages: 2,
      text: voice.text,
    });
    expect(passage?.value).toEqual(hit?.value);
    expect(none).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it("belongs to whoever asked: what is written on it, nobody else sees", async () => {
    const [hit] = await search("first name");
    const [document] = await knowledge.get("default", ["voice"]);
    const untouched = structuredClone({ hit, document });
    for (const entry of [hit, document]) {
      Object.assign(entry?.value ?? {}, { text: "forged", headings: ["forged"] });
      Object.assign(entry?.metadata ?? {}, { document: "forged" });
    }
    const [again] = await search("first name");
    expect({ hit: again, document: (await knowledge.get("default", ["voice"]))[0] }).toEqual(
      untouched,
    );
  });
});

describe("what agents are given", () => {
  it("has no verb that writes, under whatever type it is looked at", () => {
    for (const verb of ["save", "delete", "clear", "erase", "restore", "store", "reembed"]) {
      expect((knowledge as unknown as Record<string, unknown>)[verb]).toBeUndefined();
    }
    expect(Object.values(knowledge)).toEqual(["knowledge"]);
  });
});

describe("a document whose id looks like the key of a passage", () => {
  it("comes before the passage", async () => {
    await ingestKnowledge({ store, documents: [voice, { id: "voice#1", text: "Another." }] });
    const [document] = await knowledge.get("default", ["voice#1"]);
    expect(document?.value).toMatchObject({ document: "voice#1", text: "Another." });
    const [hit] = await search("another");
    expect(hit?.key).toBe("voice#1#0");
  });
});

describe("a search", () => {
  it("takes filters on the documents' metadata and on the provenance", async () => {
    await ingestKnowledge({
      store,
      documents: [
        { id: "a", text: "# One\n\nA passage.", path: "x/a.md", metadata: { year: 2026 } },
        { id: "b", text: "A passage.", metadata: { year: 2025, document: "a", $ingest: "mine" } },
      ],
    });
    expect(await keysOf(where.eq("year", 2026))).toEqual(["a#0"]);
    expect(await keysOf(where.eq("path", "x/a.md"))).toEqual(["a#0"]);
    expect(await keysOf(where.contains("heading", "One"))).toEqual(["a#0"]);
    // A document's own metadata never counts as provenance.
    expect(await keysOf(where.eq("document", "a"))).toEqual(["a#0"]);
    expect(
      await keysOf(where.and(where.eq("collection", "default"), where.lt("year", 2026))),
    ).toEqual(["b#0"]);
  });

  it("does not mix up a document's metadata with the knowledge's own notes", async () => {
    const metadata = { $ingest: "mine", $$ingest: "too" };
    await ingestKnowledge({ store, documents: [{ id: "a", text: "A passage.", metadata }] });
    await ingestKnowledge({
      store,
      documents: [{ id: "b", text: "A passage." }],
      collection: "other",
    });
    expect(await keysOf(where.eq("$ingest", "mine"))).toEqual(["a#0"]);
    expect(await keysOf(where.eq("$$ingest", "too"))).toEqual(["a#0"]);
    expect(await keysOf(where.exists("$ingest", false))).toEqual(["b#0"]);
    expect(await keysOf(where.not(where.exists("$ingest")))).toEqual(["b#0"]);
    const [hit] = await search("passage", { filter: where.exists("$ingest") });
    expect(hit?.metadata).toMatchObject(metadata);
    expect((await knowledge.get("default", ["a"]))[0]?.metadata).toMatchObject(metadata);
  });

  it("takes every option of a search", async () => {
    await ingestKnowledge({
      store,
      documents: [
        { id: "a", text: "Customers read short emails in the morning." },
        { id: "b", text: "Customers read long letters at night." },
        { id: "c", text: "Customers read long letters at night!" },
      ],
    });
    const keys = async (text: string, more: Partial<SearchRequest>): Promise<string[]> =>
      (await search(text, more)).map(({ key }) => key);
    expect(await keys("customers morning", { match: "all" })).toEqual(["a#0"]);
    expect(await keys("customers", { phrases: ["short emails"] })).toEqual(["a#0"]);
    expect(await keys("mor", { prefix: true })).toEqual(["a#0"]);
    expect(await keys("letters", { topK: 1 })).toEqual(["b#0"]);
    const [hit, ...others] = await search("letters", { collapse: true });
    expect(others).toEqual([]);
    expect(hit).toMatchObject({ key: "b#0", duplicates: [{ key: "c#0" }] });
    const [old] = await search("letters", { recency: { halfLife: 1e-9, weight: 0.5 } });
    expect(old?.scores.recency).toBeLessThan(0);
  });

  it("lists what a filter chooses page by page, each once, without a call a page of nothing", async () => {
    const documents = Array.from({ length: 260 }, (_, i) => ({
      id: `d${String(i).padStart(3, "0")}`,
      text: "Text.",
      metadata: { rare: i % 50 === 7, odd: i % 2 === 1 },
    }));
    await ingestKnowledge({ store, documents });
    const lists = vi.spyOn(store, "list");
    for (const [field, calls] of [
      ["rare", 6],
      ["odd", 75],
    ] as const) {
      lists.mockClear();
      const keys: string[] = [];
      let cursor: string | undefined;
      do {
        const from = cursor === undefined ? {} : { cursor };
        const request = { limit: 4, filter: where.eq(field, true), ...from };
        const page = await knowledge.list("default", request);
        expect(page.items.length).toBeLessThanOrEqual(4);
        keys.push(...page.items.map(({ key }) => key));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(keys).toEqual(documents.filter(({ metadata }) => metadata[field]).map(({ id }) => id));
      expect(lists.mock.calls.length).toBeLessThanOrEqual(calls);
    }
  });

  it("lists documents of a collection", async () => {
    await ingestKnowledge({ store, documents: [voice], collection: "handbook" });
    await ingestKnowledge({ store, documents: [channels], collection: "figures" });
    const filter = where.eq("collection", "figures");
    const { items } = await knowledge.list("default", { limit: 1, filter });
    expect(items.map(({ key, metadata }) => [key, metadata?.["year"]])).toEqual([
      ["channels", 2025],
    ]);
  });
});
