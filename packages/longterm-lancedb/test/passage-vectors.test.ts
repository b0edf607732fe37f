import type { PortableEntry } from "@mem/core";
import { embeddedTexts } from "@mem/search";
import { describe, expect, it } from "vitest";
import { here, openStore, query, scope, storeFolder, write } from "./fixtures.ts";
import { otherEmbedder } from "./other-embedder.ts";

/** A text of this many paragraphs, each of them a passage. */
function textOf(paragraphs: number): string {
  const all = Array.from(
    { length: paragraphs },
    (_, i) => `Paragraph ${i}. ${`Word${i} and more of it. `.repeat(50)}`,
  );
  return all.join("\n\n");
}

describe("a text of several passages", () => {
  it("has a vector for each, by which it is found, and is not embedded again as long as it stays", async () => {
    const uri = await storeFolder();
    const embedder = otherEmbedder();
    const store = openStore(uri, { embedder });
    const text = textOf(5);
    const parts = embeddedTexts(text);
    expect(parts.length).toBeGreaterThan(4);
    await store.save(scope, [write("long", { text, value: 1 }), write("short", { text: "short" })]);
    await store.flush();
    expect(embedder.asked.toSorted()).toEqual([...parts, "short"].toSorted());
    await store.save(scope, [write("long", { text, value: 2 })]);
    await store.save(scope, [write("long", { text, value: 3 })]);
    await store.flush();
    expect(embedder.asked).toHaveLength(parts.length + 1);
    await store.close();
    const again = openStore(uri, { embedder });
    const asked = query(parts.at(-1) ?? "", { mode: "vector", topK: 1 });
    const [hit] = await again.search(here, asked);
    expect(hit).toMatchObject({ key: "long", value: 3, score: expect.closeTo(1, 3) });
    expect(text.length - (hit?.passage.end ?? 0)).toBeLessThan(10);
    expect(await again.verify()).toEqual({ entries: 2, problems: [] });
    expect(embedder.asked).toHaveLength(parts.length + 1);
  });

  it("has them for the first 256, asked for in requests of no more", async () => {
    const sizes: number[] = [];
    const embedder = otherEmbedder((texts) => void sizes.push(texts.length));
    const store = openStore(await storeFolder(), { embedder });
    const texts = [textOf(300), textOf(10), "short"];
    await store.save(
      scope,
      texts.map((text, i) => write(`key-${i}`, { text })),
    );
    await store.flush();
    const distinct = new Set([...embeddedTexts(textOf(300)), "short"]);
    expect(new Set(embedder.asked)).toEqual(distinct);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256);
    expect(await store.stats("acme")).toMatchObject({ entries: 3, pendingVectors: 0 });
    expect((await store.verify()).problems).toEqual([]);
  });

  it("takes the vectors of short texts along to another store, and makes those of its passages anew", async () => {
    const embedder = otherEmbedder();
    const from = openStore(await storeFolder(), { embedder });
    await from.save(scope, [write("long", { text: textOf(3) }), write("short", { text: "short" })]);
    await from.flush();
    const all: PortableEntry[] = [];
    for await (const batch of from.entries()) all.push(...batch);
    const second = otherEmbedder();
    const to = openStore(await storeFolder(), { embedder: second });
    const vectorsOf = (await from.embedder()) ?? expect.fail("it has one");
    await to.restore(all, { vectorsOf });
    await to.flush();
    expect(second.asked.toSorted()).toEqual(embeddedTexts(textOf(3)).toSorted());
    expect(await to.verify()).toEqual({ entries: 2, problems: [] });
  });
});
