import { createLanceDbStore } from "@mem/longterm-lancedb";
import { createHashingEmbedder } from "@mem/core";
import { ingestKnowledge, createKnowledge, putDocuments } from "@mem/knowledge";
const N = Number(process.argv[3] ?? 20000),
  uri = process.argv[2]!;
const store = createLanceDbStore({
  uri,
  ...(process.argv[4] === "emb" && { embedder: createHashingEmbedder() }),
});
const reader = createKnowledge({
  store: createLanceDbStore({
    uri,
    ...(process.argv[4] === "emb" && { embedder: createHashingEmbedder() }),
  }),
});
const docs = function* (state: string, n = N) {
  for (let i = 0; i < n; i++)
    yield {
      id: `d${i}`,
      title: `Doc ${i}`,
      text: `# Part one ${state}\n\nThe beacon of ${state} speaks of campaign number ${i} and more words such as w${i % 997} w${i % 89}.\n\n# Part two\n\nMore of ${state} in document ${i}.`,
    };
};
let stop = false,
  reads = 0,
  bad = 0,
  maxMs = 0;
const errs: string[] = [];
const watching = (async () => {
  while (!stop) {
    const t = performance.now();
    try {
      const hits = await reader.search("default", {
        text: "beacon",
        topK: 20,
        mode: "keyword",
        neighbours: true,
      });
      const states = new Set(hits.map((h) => /state\w+/.exec(h.text)?.[0]));
      const n = await reader.count("default");
      if (states.size > 1 && !(states.size === 2 && phase === "onemore")) bad++;
      if (n !== 0 && n < N) bad++;
      reads++;
    } catch (e) {
      errs.push(String(e));
    }
    maxMs = Math.max(maxMs, performance.now() - t);
    await new Promise((r) => setTimeout(r, 200));
  }
})();
let phase = "";
for (const [name, d] of [
  ["first", () => docs("stateA")],
  ["unchanged", () => docs("stateA")],
  ["changed", () => docs("stateB")],
  [
    "onemore",
    function* () {
      yield* docs("stateB");
      yield { id: "extra", text: "The beacon of stateC" };
    },
  ],
  [
    "unchanged2",
    function* () {
      yield* docs("stateB");
      yield { id: "extra", text: "The beacon of stateC" };
    },
  ],
] as const) {
  phase = name;
  const t = performance.now(),
    c = process.cpuUsage();
  try {
    const r = await ingestKnowledge({ store, documents: d() });
    console.log(name, JSON.stringify(r));
  } catch (e) {
    console.log(name, "FAILED", (e as any).code, String(e), (e as any).cause);
  }
  const u = process.cpuUsage(c);
  console.log(
    "  wall",
    ((performance.now() - t) / 1000).toFixed(1),
    "cpu",
    ((u.user + u.system) / 1e6).toFixed(1),
    "rss",
    (process.memoryUsage.rss() / 1e6) | 0,
    "reads",
    reads,
    "bad",
    bad,
    "maxReadMs",
    maxMs | 0,
    "errs",
    errs.length,
    errs.at(-1) ?? "",
  );
}
{
  const t = performance.now();
  console.log(
    "put1",
    await putDocuments({ store, documents: [{ id: "extra2", text: "one" }] }),
    ((performance.now() - t) | 0) + " ms",
  );
}
stop = true;
await watching;
console.log(await store.health());
await reader.close();
await store.close();
console.log("errs", [...new Set(errs)]);
