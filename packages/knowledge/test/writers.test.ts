import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LongTermStore } from "@mem/core";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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
/** The same knowledge as another process opens it. */
let other: LongTermStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-knowledge-"));
  store = createLanceDbStore({ uri: join(folder, "knowledge") });
  other = createLanceDbStore({ uri: join(folder, "knowledge") });
});
afterEach(async () => {
  await Promise.all([store.close(), other.close()]);
  await rm(folder, { recursive: true });
});

const texts = (...ids: string[]): SourceDocument[] => ids.map((id) => ({ id, text: `Of ${id}.` }));
const listed = async (): Promise<string[]> =>
  (await createKnowledge({ store }).list("default", { limit: 100 })).items.map(({ key }) => key);

/** A source that yields filler documents, waits until it may go on, and then yields `documents`. */
function halting(documents: readonly SourceDocument[]) {
  const reached = Promise.withResolvers<void>();
  const mayGoOn = Promise.withResolvers<void>();
  async function* source(): AsyncGenerator<SourceDocument> {
    for (let i = 0; i < 150; i++) yield { id: `filler${i}`, text: `Filler ${i}.` };
    reached.resolve();
    await mayGoOn.promise;
    yield* documents;
  }
  return { source: source(), reached: reached.promise, goOn: mayGoOn.resolve };
}

describe("single documents", () => {
  it("are put and removed, and the rest of the collection stays", async () => {
    await ingestKnowledge({ store, documents: texts("a", "b") });
    const documents = [{ id: "b", text: "Other." }, ...texts("c")];
    expect(await putDocuments({ store, documents })).toEqual({
      added: 1,
      changed: 1,
      unchanged: 0,
      passages: 2,
    });
    expect(await listed()).toEqual(["a", "b", "c"]);
    expect(await removeDocuments({ store, ids: ["a", "c", "none", "a"] })).toBe(2);
    expect(await listed()).toEqual(["b"]);
    expect(await leftovers(store)).toEqual(NOTHING_LEFT);
  });

  it("of another collection are neither replaced nor removed", async () => {
    await putDocuments({ store, documents: texts("a"), collection: "theirs" });
    const refusal = { code: "MEM_CONFLICT", retryable: false };
    await expect(putDocuments({ store, documents: texts("a") })).rejects.toMatchObject(refusal);
    await expect(removeDocuments({ store, ids: ["a"] })).rejects.toMatchObject(refusal);
    expect(await listed()).toEqual(["a"]);
  });

  it("that are put at once by many all arrive, from one process or several", async () => {
    const ids = Array.from({ length: 12 }, (_, i) => `d${String(i).padStart(2, "0")}`);
    await Promise.all(
      ids.map((id, i) => putDocuments({ store: i % 2 ? store : other, documents: texts(id) })),
    );
    expect(await listed()).toEqual(ids);
    expect(await leftovers(store)).toEqual(NOTHING_LEFT);
  });
});

describe("two ingests of one collection", () => {
  it("take turns in one process", async () => {
    const first = halting(texts("a"));
    const results = Promise.all([
      ingestKnowledge({ store, documents: first.source }),
      ingestKnowledge({ store, documents: texts("b") }),
    ]);
    await first.reached;
    expect(await listed()).toEqual([]);
    first.goOn();
    expect(await results).toMatchObject([{ added: 151 }, { added: 1, removed: 151 }]);
    expect(await listed()).toEqual(["b"]);
  });

  it("of two processes: the one that is done first counts, and the other changes nothing", async () => {
    const first = halting(texts("a"));
    const slow = ingestKnowledge({ store, documents: first.source });
    await first.reached;
    await ingestKnowledge({ store: other, documents: texts("b") });
    first.goOn();
    await expect(slow).rejects.toMatchObject({
      code: "MEM_CONFLICT",
      retryable: true,
      outcome: "not-applied",
      message: expect.stringContaining("repeat it"),
    });
    expect(await listed()).toEqual(["b"]);
    expect(await leftovers(store)).toEqual(NOTHING_LEFT);
  });

  it("stop waiting for their turn when they are aborted", async () => {
    const first = halting([]);
    const running = ingestKnowledge({ store, documents: first.source });
    await first.reached;
    const stop = new AbortController();
    const waiting = ingestKnowledge({ store, documents: texts("b"), signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: "MEM_ABORTED" });
    first.goOn();
    await running;
    expect(await listed()).not.toContain("b");
  });

  it("of different collections do not disturb each other", async () => {
    const first = halting(texts("a"));
    const slow = ingestKnowledge({ store, documents: first.source, collection: "slow" });
    await first.reached;
    await ingestKnowledge({ store: other, documents: texts("b"), collection: "quick" });
    expect(await listed()).toEqual(["b"]);
    first.goOn();
    await slow;
    expect(await createKnowledge({ store }).count("default")).toBe(152);
  });
});

describe("a search after an ingest that was killed before it could delete what it replaced", () => {
  it("finds what is visible without asking again and again", async () => {
    const ids = Array.from({ length: 300 }, (_, i) => `d${i}`);
    const beacons = (text: string) => ids.map((id) => ({ id, text }));
    await ingestKnowledge({ store, documents: beacons("Beacon beacon.") });
    const killed = Object.create(store) as LongTermStore;
    for (const name of ["get", "list", "save"] as const) {
      Object.defineProperty(killed, name, { value: store[name].bind(store) });
    }
    killed.delete = () => Promise.reject(new Error("killed"));
    const documents = beacons("A beacon among other words of the text.");
    await expect(ingestKnowledge({ store: killed, documents })).rejects.toThrow("killed");
    const searches = vi.spyOn(store, "search");
    const request = { text: "beacon", topK: 10, mode: "keyword", neighbours: false } as const;
    const hits = await createKnowledge({ store }).search("default", request);
    expect(hits).toHaveLength(10);
    expect(hits.every(({ text }) => text.startsWith("A beacon"))).toBe(true);
    expect(searches.mock.calls.length).toBeLessThanOrEqual(3);
  });
});

describe("a search while another ingest is at work", () => {
  it("fills topK with what is visible", async () => {
    const ids = Array.from({ length: 30 }, (_, i) => `d${i}`);
    const beacons = (text: string) => ids.map((id) => ({ id, text }));
    await ingestKnowledge({ store, documents: beacons("A beacon among other words of the text.") });
    const mayGoOn = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    async function* source(): AsyncGenerator<SourceDocument> {
      // Better hits, none of which is visible yet.
      yield* beacons("Beacon beacon.");
      for (let i = 0; i < 100; i++) yield { id: `more${i}`, text: "Beacon beacon." };
      reached.resolve();
      await mayGoOn.promise;
    }
    const running = ingestKnowledge({ store: other, documents: source() });
    await reached.promise;
    const knowledge = createKnowledge({ store });
    const request = { text: "beacon", topK: 20, mode: "keyword", neighbours: false } as const;
    for (const collapse of [false, true]) {
      const hits = await knowledge.search("default", { ...request, collapse });
      expect(hits).toHaveLength(collapse ? 1 : 20);
      expect(hits.every(({ text }) => text.startsWith("A beacon"))).toBe(true);
      expect(hits.flatMap(({ duplicates = [] }) => duplicates)).toHaveLength(collapse ? 29 : 0);
    }
    mayGoOn.resolve();
    await running;
    const [hit] = await knowledge.search("default", request);
    expect(hit?.text).toBe("Beacon beacon.");
  });
});
