import { createHashingEmbedder } from "@mem/core";
import { createEmbedderCache } from "../src/index.ts";

/*
 * Fills a cache with the texts from `first` to `last`, ten at a time, and prints the number that it has reached.
 * Without `last`, it never ends by itself.
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
