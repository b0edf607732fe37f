import { createOpenAiEmbedder } from "@mem/embedder-openai";
const e = createOpenAiEmbedder({ baseUrl: `http://127.0.0.1:${process.argv[2]}/v1`, apiKey: "k", model: "m", dimensions: 4, timeoutMs: 200, maxRetries: 0 });
const t = performance.now();
await e.embed(["a", "b"], { kind: "document" }).catch((x) => console.log(x.message));
console.log(Math.round(performance.now() - t), process.getActiveResourcesInfo());
process.on("exit", () => console.log("exit after", Math.round(performance.now() - t)));
