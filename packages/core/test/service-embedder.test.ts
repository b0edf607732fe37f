import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createServiceEmbedder,
  type EmbeddingRequest,
  type ServiceEmbedderOptions,
} from "../src/index.ts";

/** A vector that identifies its text. */
const vectorOf = (text: string): number[] => [text.length + 1, text.codePointAt(0) ?? 0, 1];

function service(options: Partial<ServiceEmbedderOptions> = {}) {
  const requests: EmbeddingRequest[] = [];
  const open: (() => void)[] = [];
  const embedder = createServiceEmbedder({
    model: "m",
    dimensions: 3,
    explain: () => ({}),
    ...options,
    async send(request) {
      requests.push(request);
      if (options.send !== undefined) return options.send(request);
      return request.texts.map(vectorOf);
    },
  });
  return { embedder, requests, open };
}

/** A service that answers a request when the test says so. */
function slowService(options: Partial<ServiceEmbedderOptions> = {}) {
  const open: { readonly request: EmbeddingRequest; answer(): Promise<void> }[] = [];
  const { embedder } = service({
    ...options,
    send: (request) => {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      open.push({
        request,
        async answer() {
          open.splice(open.indexOf(this), 1);
          resolve(request.texts.map(vectorOf));
          // Lets everything that follows from the answer happen first.
          await setImmediate();
        },
      });
      return promise;
    },
  });
  return { embedder, open };
}

const document = { kind: "document" } as const;
const query = { kind: "query" } as const;

describe("an embedder of a service", () => {
  it("gives each text the vector of its own, however it splits them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1 }).filter((text) => text.trim() !== "")),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        async (texts, batchSize, concurrency) => {
          const { embedder, requests } = service({ batchSize, concurrency });
          const vectors = await embedder.embed(texts, document);
          expect(vectors.map((vector) => [...vector])).toEqual(texts.map(vectorOf));
          expect(requests.length).toBe(Math.ceil(texts.length / batchSize));
        },
      ),
    );
  });

  it("has no more requests under way than it may, whoever asks", async () => {
    const { embedder, open } = slowService({ batchSize: 1, concurrency: 3 });
    const calls = [
      embedder.embed(["a", "b", "c", "d"], document),
      embedder.embed(["e", "f"], document),
      embedder.embed(["g"], query),
    ];
    const settled = Promise.all(calls);
    let answered = 0;
    await setImmediate();
    while (open.length > 0) {
      expect(open.length).toBeLessThanOrEqual(3);
      await open[0]?.answer();
      answered++;
    }
    expect(answered).toBe(7);
    expect((await settled).flat()).toHaveLength(7);
  });

  it("asks for a question's vector before those of texts that wait", async () => {
    const { embedder, open } = slowService({ batchSize: 1, concurrency: 1 });
    const texts = embedder.embed(["a", "b"], document);
    await setImmediate();
    const others = embedder.embed(["c"], document);
    const question = embedder.embed(["q"], query);
    await setImmediate();
    await open[0]?.answer();
    expect(open.map(({ request }) => request.texts)).toEqual([["q"]]);
    await open[0]?.answer();
    expect(await question).toHaveLength(1);
    while (open.length > 0) await open[0]?.answer();
    await Promise.all([texts, others]);
  });

  it("comes to texts, too, however many questions there are", async () => {
    const { embedder, open } = slowService({ batchSize: 1, concurrency: 1 });
    const calls = [embedder.embed(["first"], query)];
    await setImmediate();
    calls.push(embedder.embed(["text"], document));
    for (let i = 0; i < 20; i++) calls.push(embedder.embed([`question ${i}`], query));
    const sent: string[] = [];
    while (open.length > 0) {
      sent.push(...(open[0]?.request.texts ?? []));
      await open[0]?.answer();
    }
    await Promise.all(calls);
    expect(sent).toHaveLength(22);
    expect(sent.indexOf("text")).toBe(9);
  });

  it("gives its turn back when the caller gives up", async () => {
    const { embedder, open } = slowService({ concurrency: 1 });
    const controller = new AbortController();
    const { signal } = controller;
    const first = embedder.embed(["a"], { ...document, signal });
    const second = embedder.embed(["b"], { ...document, signal });
    const third = embedder.embed(["c"], document);
    await setImmediate();
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: "MEM_ABORTED" });
    await expect(second).rejects.toMatchObject({ code: "MEM_ABORTED" });
    // The service never answered the first request: it ignores the signal.
    expect(open.map(({ request }) => request.texts)).toEqual([["a"], ["c"]]);
    expect(open[0]?.request.signal.aborted).toBe(true);
    await open[1]?.answer();
    expect(await third).toHaveLength(1);
  });

  it.each([
    [{ model: "" }, "options.model"],
    [{ dimensions: 0 }, "options.dimensions"],
    [{ weight: Number.NaN }, "options.weight"],
    [{ batchSize: 0 }, "options.batchSize"],
    [{ concurrency: 1.5 }, "options.concurrency"],
    [{ maxTextTokens: -1 }, "options.maxTextTokens"],
    [{ timeoutMs: Infinity }, "options.timeoutMs"],
    [{ deadlineMs: 2 ** 31 }, "options.deadlineMs"],
    [{ maxRetries: -1 }, "options.maxRetries"],
    [{ batchsize: 5 }, "options.batchsize"],
  ])("refuses %j, at %s", (options, path) => {
    expect(() => service(options as Partial<ServiceEmbedderOptions>)).toThrowError(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path }),
    );
  });
});
