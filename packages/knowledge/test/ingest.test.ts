import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { where, type Knowledge, type LongTermStore, type SearchRequest } from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createKnowledge, ingestKnowledge } from "../src/index.ts";

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

const ask = (text: string): SearchRequest => ({ text, topK: 5, mode: "auto", neighbours: true });
const voice = {
  id: "voice",
  text: "# Voice\n\nWarm and brief.\n\n## Names\n\nBy first name.",
  title: "Brand",
};
const channels = { id: "channels", text: "Email earns most.", metadata: { year: 2026 } };

describe("an ingest", () => {
  it("adds, changes and removes what its source says, and leaves the rest alone", async () => {
    expect(await ingestKnowledge({ store, documents: [voice, channels] })).toEqual({
      added: 2,
      changed: 0,
      removed: 0,
      unchanged: 0,
      passages: 3,
    });
    const before = await knowledge.get("default", ["channels"]);
    const shorter = { ...voice, text: "# Voice\n\nWarm and short." };
    expect(await ingestKnowledge({ store, documents: [shorter, channels] })).toEqual({
      added: 0,
      changed: 1,
      removed: 0,
      unchanged: 1,
      passages: 2,
    });
    expect(await knowledge.get("default", ["channels"])).toEqual(before);
    expect(await knowledge.search("default", ask("first name"))).toEqual([]);
    expect(await ingestKnowledge({ store, documents: [channels] })).toMatchObject({
      removed: 1,
      unchanged: 1,
    });
    expect(await knowledge.search("default", ask("warm"))).toEqual([]);
    expect(await knowledge.count("default")).toBe(1);
  });

  it("removes only what came from its own source", async () => {
    await ingestKnowledge({ store, documents: [voice], collection: "handbook" });
    await ingestKnowledge({ store, documents: [channels], collection: "figures" });
    expect(await ingestKnowledge({ store, documents: [], collection: "figures" })).toMatchObject({
      removed: 1,
    });
    expect((await knowledge.list("default", { limit: 10 })).items.map(({ key }) => key)).toEqual([
      "voice",
    ]);
  });

  it("refuses a document that belongs to another source, and says whose it is", async () => {
    await ingestKnowledge({ store, documents: [voice], collection: "handbook" });
    const theirs = { store, documents: [channels, voice], collection: "figures" };
    await expect(ingestKnowledge(theirs)).rejects.toMatchObject({
      code: "MEM_CONFLICT",
      path: "documents[1].id",
      retryable: false,
      message: expect.stringMatching(/"handbook".*"figures"/),
    });
    expect(await ingestKnowledge({ ...theirs, documents: [] })).toMatchObject({ removed: 0 });
    await ingestKnowledge({ store, documents: [], collection: "handbook" });
    expect(await ingestKnowledge(theirs)).toMatchObject({ added: 2 });
  });

  it.each([0, 1, 99, 100.5, 100_001, Number.NaN])(
    "refuses passages of %d characters",
    async (maxPassageLength) => {
      const ingest = ingestKnowledge({ store, documents: [voice], maxPassageLength });
      await expect(ingest).rejects.toMatchObject({
        code: "MEM_INVALID_ARGUMENT",
        path: "options.maxPassageLength",
      });
    },
  );

  it("is one tenant's", async () => {
    await ingestKnowledge({ store, documents: [voice], tenantId: "acme" });
    expect(await knowledge.search("default", ask("warm"))).toEqual([]);
    expect((await knowledge.search("acme", ask("warm")))[0]?.key).toBe("voice#0");
  });

  it("takes more documents than fit into one batch", async () => {
    const documents = Array.from({ length: 250 }, (_, i) => ({
      id: `d${i}`,
      text: `document number${i}`,
    }));
    const seen: number[] = [];
    const onProgress = ({ documents: count }: { documents: number }): void => void seen.push(count);
    expect(await ingestKnowledge({ store, documents, onProgress })).toMatchObject({
      added: 250,
      passages: 250,
    });
    expect(seen).toEqual([100, 200, 250]);
    expect((await knowledge.search("default", ask("number249")))[0]?.metadata).toMatchObject({
      document: "d249",
    });
  });

  it("goes on where it was stopped", async () => {
    const stop = new AbortController();
    const documents = Array.from({ length: 250 }, (_, i) => ({
      id: `d${i}`,
      text: `document ${i}`,
    }));
    const options = { store, documents };
    const stopped = ingestKnowledge({
      ...options,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "MEM_ABORTED" });
    expect(await ingestKnowledge(options)).toMatchObject({ added: 150, unchanged: 100 });
  });

  it("refuses an id that occurs twice, and a document that is none", async () => {
    await expect(ingestKnowledge({ store, documents: [voice, voice] })).rejects.toMatchObject({
      code: "MEM_CONFLICT",
      path: "documents[1].id",
    });
    const bad = [voice, { id: "x" } as unknown as typeof voice];
    await expect(ingestKnowledge({ store, documents: bad })).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "documents[1].text",
    });
  });
});

describe("what agents see", () => {
  it("are passages with their provenance, and whole documents by id", async () => {
    await ingestKnowledge({ store, documents: [voice, channels] });
    const [hit] = await knowledge.search("default", ask("first name"));
    expect(hit).toMatchObject({
      key: "voice#1",
      value: {
        document: "voice",
        title: "Brand",
        heading: "Voice › Names",
        text: "By first name.",
      },
      metadata: { document: "voice", heading: "Voice › Names", collection: "default" },
      source: "document",
      derivedFrom: ["voice"],
    });
    expect(hit).not.toHaveProperty("agentId");
    const [document, passage, none] = await knowledge.get("default", ["voice", "voice#1", "none"]);
    expect(document?.value).toMatchObject({ title: "Brand", text: voice.text, passages: 2 });
    expect(passage?.value).toEqual(hit?.value);
    expect(none).toBeUndefined();
  });

  it("are documents that can be told apart by their collection", async () => {
    await ingestKnowledge({ store, documents: [voice], collection: "handbook" });
    await ingestKnowledge({ store, documents: [channels], collection: "figures" });
    const filter = where.eq("collection", "figures");
    const { items } = await knowledge.list("default", { limit: 10, filter });
    expect(items.map(({ key, metadata }) => [key, metadata])).toEqual([
      ["channels", { year: 2026, collection: "figures" }],
    ]);
  });

  it("is not what they may write on: results are their own", async () => {
    await ingestKnowledge({ store, documents: [channels] });
    const [first] = await knowledge.get("default", ["channels"]);
    Object.assign(first?.value ?? {}, { text: "forged" });
    expect((await knowledge.get("default", ["channels"]))[0]?.value).toMatchObject({
      text: channels.text,
    });
  });
});
