import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createHashingEmbedder,
  MemoryError,
  type Embedder,
  type Knowledge,
  type LongTermStore,
  type SearchRequest,
} from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createKnowledge,
  ingestKnowledge,
  putDocuments,
  removeDocuments,
  type SourceDocument,
} from "../src/index.ts";
import { leftovers, NOTHING_LEFT } from "./shelf-contents.ts";

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
const listed = async (): Promise<string[]> =>
  (await knowledge.list("default", { limit: 10 })).items.map(({ key }) => key);
const voice = {
  id: "voice",
  text: "# Voice\n\nWarm and brief.\n\n## Names\n\nBy first name.",
  title: "Brand",
};
const channels = { id: "channels", text: "Email earns most.", metadata: { year: 2026 } };

async function* brokenOff(): AsyncGenerator<SourceDocument> {
  for (let i = 0; i < 150; i++) yield { id: `d${i}`, text: `text ${i}` };
  throw new Error("the source broke off");
}

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
    expect(await listed()).toEqual(["voice"]);
  });

  it("refuses a document that belongs to another source, and says whose it is", async () => {
    await ingestKnowledge({ store, documents: [voice], collection: "handbook" });
    const moved = { ...voice, path: "voice.md" };
    const theirs = { store, documents: [channels, moved], collection: "figures" };
    await expect(ingestKnowledge(theirs)).rejects.toMatchObject({
      code: "MEM_CONFLICT",
      path: "documents[1].id",
      retryable: false,
      message: expect.stringMatching(/voice\.md.*"handbook".*"figures"/),
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

  it("changes nothing when it is stopped, and leaves nothing behind", async () => {
    await ingestKnowledge({ store, documents: [voice] });
    const stop = new AbortController();
    const documents = Array.from({ length: 250 }, (_, i) => ({ id: `d${i}`, text: `text ${i}` }));
    const stopped = ingestKnowledge({
      store,
      documents,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: "MEM_ABORTED", outcome: "not-applied" });
    expect(await listed()).toEqual(["voice"]);
    expect(await leftovers(store)).toEqual(NOTHING_LEFT);
  });

  it("is stopped also while its source hangs, and makes way for the next one", async () => {
    const stop = new AbortController();
    async function* hanging(): AsyncGenerator<SourceDocument> {
      for (let i = 0; i < 100; i++) yield { id: `d${i}`, text: `text ${i}` };
      setImmediate(() => stop.abort());
      await new Promise(() => {});
    }
    const stopped = ingestKnowledge({ store, documents: hanging(), signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ code: "MEM_ABORTED", outcome: "not-applied" });
    expect(await leftovers(store)).toEqual(NOTHING_LEFT);
    expect(await ingestKnowledge({ store, documents: [voice] })).toMatchObject({ added: 1 });
  });

  it("lets its source close what it has open, however it ends", async () => {
    const closed: string[] = [];
    async function* source(name: string): AsyncGenerator<SourceDocument> {
      try {
        yield voice;
        yield voice;
      } finally {
        closed.push(name);
      }
    }
    const { signal } = new AbortController();
    for (const options of [{}, { signal }]) {
      const twice = ingestKnowledge({ store, documents: source("refused"), ...options });
      await expect(twice).rejects.toMatchObject({ code: "MEM_CONFLICT" });
    }
    expect(closed).toEqual(["refused", "refused"]);
  });

  it("changes nothing when its source fails, however late", async () => {
    await ingestKnowledge({ store, documents: [voice] });
    await expect(ingestKnowledge({ store, documents: brokenOff() })).rejects.toThrow("broke off");
    expect(await listed()).toEqual(["voice"]);
    expect(await leftovers(store)).toEqual(NOTHING_LEFT);
  });

  it("says what it would do, and does nothing, in a dry run", async () => {
    await ingestKnowledge({ store, documents: [voice, channels] });
    const documents = [
      { ...voice, title: "Our brand" },
      { id: "new", text: "New." },
    ];
    expect(await ingestKnowledge({ store, documents, dryRun: true })).toEqual({
      added: 1,
      changed: 1,
      removed: 1,
      unchanged: 0,
      passages: 3,
    });
    expect(await listed()).toEqual(["channels", "voice"]);
    expect(await leftovers(store)).toEqual(NOTHING_LEFT);
  });

  it("finds a document changed by its title, its path, its metadata and how it is split", async () => {
    const ingest = (document: SourceDocument, maxPassageLength = 1200) =>
      ingestKnowledge({ store, documents: [document], maxPassageLength });
    await ingest(voice);
    for (const change of [{ title: "B" }, { path: "b.md" }, { metadata: { year: 2026 } }]) {
      expect(await ingest({ ...voice, ...change })).toMatchObject({ changed: 1 });
      expect(await ingest({ ...voice, ...change })).toMatchObject({ unchanged: 1 });
    }
    expect(await ingest(voice)).toMatchObject({ changed: 1 });
    expect(await ingest(voice, 500)).toMatchObject({ changed: 1 });
    expect(await leftovers(store)).toEqual(NOTHING_LEFT);
  });

  it("embeds nothing that is unchanged again", async () => {
    const embedded: string[] = [];
    const hashing = createHashingEmbedder();
    const embedder: Embedder = {
      ...hashing,
      embed: async (texts, options) => {
        embedded.push(...texts);
        return hashing.embed(texts, options);
      },
    };
    await using counted = createJsonStore({ path: join(folder, "embedded.json"), embedder });
    await ingestKnowledge({ store: counted, documents: [voice, channels] });
    await counted.flush();
    expect(embedded).toHaveLength(3);
    const more = { ...channels, text: "Email earns least." };
    await ingestKnowledge({ store: counted, documents: [voice, more] });
    await counted.flush();
    expect(embedded.slice(3)).toEqual(["Email earns least."]);
  });

  it("that can't delete what it replaced says that it is published; the next one does it", async () => {
    await ingestKnowledge({ store, documents: [voice] });
    const failing = Object.create(store) as LongTermStore;
    failing.get = async (...args) => store.get(...args);
    failing.list = async (...args) => store.list(...args);
    failing.save = async (...args) => store.save(...args);
    failing.delete = async () => Promise.reject(new MemoryError("MEM_UNAVAILABLE", "no disk"));
    const documents = [{ ...voice, text: "Warm and short." }];
    await expect(ingestKnowledge({ store: failing, documents })).rejects.toMatchObject({
      code: "MEM_UNAVAILABLE",
      outcome: "applied",
      message: expect.stringMatching(/published.*no disk/),
    });
    const hits = await knowledge.search("default", ask("warm"));
    expect(hits.map(({ passage }) => passage.text)).toEqual(["Warm and short."]);
    expect(await ingestKnowledge({ store, documents })).toMatchObject({ unchanged: 1 });
    expect(await leftovers(store)).toEqual(NOTHING_LEFT);
  });

  it.each([null, undefined, 5, "text", { id: "a", text: "A." }])(
    "refuses %j in place of documents",
    async (none) => {
      const documents = none as unknown as SourceDocument[];
      const refusal = { code: "MEM_INVALID_ARGUMENT", path: "documents" };
      await expect(ingestKnowledge({ store, documents })).rejects.toMatchObject(refusal);
      await expect(putDocuments({ store, documents })).rejects.toMatchObject(refusal);
      const ids = none as unknown as string[];
      await expect(removeDocuments({ store, ids })).rejects.toMatchObject({ path: "ids" });
    },
  );

  it("waits for a store that is full, and gives it no more at once than it can put away", async () => {
    let [atOnce, most] = [0, 0];
    const isFull = new Set([3, 10, 25]);
    let calls = 0;
    const narrow = Object.create(store) as LongTermStore;
    for (const name of ["get", "list", "flush"] as const) {
      Object.defineProperty(narrow, name, { value: store[name].bind(store) });
    }
    for (const name of ["save", "delete"] as const) {
      const call = async (...args: never[]): Promise<unknown> => {
        most = Math.max(most, ++atOnce);
        try {
          if (isFull.has(calls++)) throw new MemoryError("MEM_CAPACITY", "full for now");
          return await (store[name] as (...args: never[]) => Promise<unknown>).apply(store, args);
        } finally {
          atOnce--;
        }
      };
      Object.defineProperty(narrow, name, { value: call });
    }
    const text = Array.from({ length: 6_000 }, (_, i) => `# Part ${i}\n\nText.`).join("\n\n");
    const documents = [{ id: "long", text }];
    expect(await ingestKnowledge({ store: narrow, documents })).toMatchObject({ passages: 6_000 });
    await ingestKnowledge({ store: narrow, documents: [] });
    expect(calls).toBeGreaterThan(25);
    expect(most).toBeLessThan(10);
    expect(await leftovers(store)).toEqual(NOTHING_LEFT);
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
