import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Knowledge, LongTermStore, SearchRequest } from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createKnowledge, ingestKnowledge, readJsonl, readMarkdownFolder } from "../src/index.ts";

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

  it("is not what they may write on: results are their own", async () => {
    await ingestKnowledge({ store, documents: [channels] });
    const [first] = await knowledge.get("default", ["channels"]);
    Object.assign(first?.value ?? {}, { text: "forged" });
    expect((await knowledge.get("default", ["channels"]))[0]?.value).toMatchObject({
      text: channels.text,
    });
  });
});

describe("sources", () => {
  it("are folders of Markdown", async () => {
    await mkdir(join(folder, "handbook", "deep"), { recursive: true });
    await mkdir(join(folder, "handbook", ".hidden"));
    await writeFile(join(folder, "handbook", "b.md"), "---\nauthor: x\n---\n# Second\n\nText.");
    await writeFile(join(folder, "handbook", "deep", "a.markdown"), "No heading.");
    await writeFile(join(folder, "handbook", ".hidden", "c.md"), "secret");
    await writeFile(join(folder, "handbook", "notes.txt"), "not Markdown");
    const found = [];
    for await (const document of readMarkdownFolder(join(folder, "handbook"))) found.push(document);
    expect(found).toEqual([
      { id: "b.md", text: "# Second\n\nText.", title: "Second", metadata: { path: "b.md" } },
      {
        id: "deep/a.markdown",
        text: "No heading.",
        title: "deep/a.markdown",
        metadata: { path: "deep/a.markdown" },
      },
    ]);
  });

  it("are files of JSON lines, refused at the first bad one", async () => {
    const file = join(folder, "docs.jsonl");
    await writeFile(file, '{"id":"a","text":"A","meta":{"n":1}}\n\n{"id":"b"}\n');
    const found: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { id } of readJsonl(file)) found.push(id);
    };
    await expect(read()).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT", path: `${file}:3` });
    expect(found).toEqual(["a"]);
  });
});
