import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LongTermStore } from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ingestKnowledge } from "../src/index.ts";
import { documentScope, passageScope } from "../src/shelf.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-knowledge-"));
});
afterEach(() => rm(folder, { recursive: true }));

const handbook = (...chapters: string[]) => ({
  id: "handbook",
  text: chapters.map((chapter) => `# ${chapter}\n\nAll about ${chapter}.`).join("\n\n"),
});
const old = handbook("voice", "names");
const longer = handbook("voice", "channels", "budget", "names");
const shorter = handbook("channels");

// Announcement, passages, leftovers, documents.
const WRITES = [1, 2, 3, 4];

describe.each(WRITES)("an ingest that is cut off at write %i", (failAt) => {
  it.each([
    ["a new document", undefined, longer],
    ["a document that grew", old, longer],
    ["a document that shrank", longer, shorter],
  ])("leaves nothing of %s once it is gone from the source", async (_name, before, after) => {
    await using store = openStore();
    await cutOff(store, before, after, failAt);
    await ingestKnowledge({ store, documents: [] });
    expect(await keys(store)).toEqual({ documents: [], passages: [] });
  });

  it.each([
    ["the document as it was before", old, longer, old],
    ["the document as it was meant to be", old, longer, longer],
    ["a shorter one", old, longer, shorter],
    ["a new document", undefined, longer, longer],
  ])("is made good by an ingest of %s", async (_name, before, after, last) => {
    await using store = openStore();
    await cutOff(store, before, after, failAt);
    await ingestKnowledge({ store, documents: [last] });
    expect(await contents(store)).toEqual(await contentsOf(last));
  });
});

describe("an ingest", () => {
  it("commits a batch with few writes", async () => {
    await using store = openStore();
    const documents = Array.from({ length: 100 }, (_, i) => ({ ...longer, id: `d${i}` }));
    const writes = countWrites(store);
    await ingestKnowledge({ store: writes.store, documents });
    expect(writes.count()).toBeLessThanOrEqual(WRITES.length);
  });
});

type Handbook = typeof old;

let opened = 0;
function openStore(): LongTermStore {
  return createJsonStore({ path: join(folder, `knowledge-${opened++}.json`) });
}

async function cutOff(
  store: LongTermStore,
  before: Handbook | undefined,
  after: Handbook,
  failAt: number,
): Promise<void> {
  if (before !== undefined) await ingestKnowledge({ store, documents: [before] });
  const failing = countWrites(store, failAt);
  await ingestKnowledge({ store: failing.store, documents: [after] }).catch((error: unknown) => {
    if (error !== failing.failure) throw error;
  });
}

/** The same store, which counts its writes and refuses one of them and all after it. */
function countWrites(store: LongTermStore, failAt = Number.POSITIVE_INFINITY) {
  const failure = new Error("the power is out");
  let writes = 0;
  const count = (): void => {
    if (++writes >= failAt) throw failure;
  };
  const counted = Object.create(store) as LongTermStore;
  counted.get = async (...args) => store.get(...args);
  counted.list = async (...args) => store.list(...args);
  counted.save = async (...args) => {
    count();
    return store.save(...args);
  };
  counted.delete = async (...args) => {
    count();
    return store.delete(...args);
  };
  return { store: counted, failure, count: () => writes };
}

async function contentsOf(document: Handbook): Promise<unknown> {
  await using store = openStore();
  await ingestKnowledge({ store, documents: [document] });
  return contents(store);
}

async function contents(store: LongTermStore) {
  const [documents, passages] = await Promise.all(
    [documentScope("default"), passageScope("default")].map(async (scope) => {
      const { items } = await store.list(scope, { limit: 100 });
      return items.map(({ key, value, metadata }) => ({ key, value, metadata }));
    }),
  );
  return { documents, passages };
}

async function keys(store: LongTermStore) {
  const { documents = [], passages = [] } = await contents(store);
  return { documents: documents.map(({ key }) => key), passages: passages.map(({ key }) => key) };
}
