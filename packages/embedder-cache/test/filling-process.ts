import { createHashingEmbedder } from "@mem/core";
import { createEmbedderCache } from "../src/index.ts";

/*
 * Fills a cache, ten texts at a time, and says on its standard output how many it has asked its embedder for. It goes
 * from text `first` to text `last`; where there is no last one, it never ends by itself.
 */
const [dir = "", first = "0", last = "Infinity"] = process.argv.slice(2);
await using cache = createEmbedderCache({
  dir,
  embedder: createHashingEmbedder({ dimensions: 64 }),
});
for (let i = Number(first); i < Number(last); i += 10) {
  const texts = Array.from({ length: 10 }, (_, n) => `text ${i + n}`);
  await cache.embed(texts, { kind: "document" });
  process.stdout.write(`${i + 10}\n`);
}
