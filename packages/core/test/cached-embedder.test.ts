import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  createCachedEmbedder,
  createHashingEmbedder,
  createServiceEmbedder,
  MemoryError,
  vectorsBefore,
  type Embedder,
  type EmbedOptions,
} from "../src/index.ts";

function counted(): { embedder: Embedder; asked: string[][] } {
  const asked: string[][] = [];
  const inner = createHashingEmbedder({ dimensions: 8 });
  return {
    asked,
    embedder: {
      ...inner,
      async embed(texts, options) {
        asked.push([...texts]);
        return inner.embed(texts, options);
      },
    },
  };
}

describe("a cached embedder", () => {
  it("asks for each text once, and answers as the embedder would", async () => {
    const { embedder, asked } = counted();
    const cached = createCachedEmbedder(embedder);
    const first = await cached.embed(["a", "b", "a"], { kind: "document" });
    const second = await cached.embed(["b", "c"], { kind: "document" });
    expect(asked).toEqual([["a", "b"], ["c"]]);
    const plain = await embedder.embed(["a", "b", "a", "b", "c"], { kind: "document" });
    expect([...first, ...second]).toEqual(plain);
  });

  it("keeps questions and texts apart", async () => {
    const { embedder, asked } = counted();
    const cached = createCachedEmbedder(embedder);
    await cached.embed(["a"], { kind: "document" });
    await cached.embed(["a"], { kind: "query" });
    expect(asked).toEqual([["a"], ["a"]]);
  });

  it.each<[embedder: unknown, options: unknown, path: string]>([
    [undefined, {}, "embedder"],
    ["some-model", {}, "embedder"],
    [{ ...createHashingEmbedder(), model: "" }, {}, "embedder.model"],
    [{ ...createHashingEmbedder(), dimensions: 0 }, {}, "embedder.dimensions"],
    [{ ...createHashingEmbedder(), weight: undefined }, {}, "embedder.weight"],
    [createHashingEmbedder(), null, "options"],
    [createHashingEmbedder(), { maxEntries: 0 }, "options.maxEntries"],
    [createHashingEmbedder(), { maxEntrys: 9 }, "options.maxEntrys"],
  ])("refuses %j with %j, at %s", (embedder, options, path) => {
    expect(() => createCachedEmbedder(embedder as Embedder, options as never)).toThrowError(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path }),
    );
  });

  it("forgets what was used longest ago", async () => {
    const { embedder, asked } = counted();
    const cached = createCachedEmbedder(embedder, { maxEntries: 2 });
    for (const text of ["a", "b", "a", "c", "a", "b"])
      await cached.embed([text], { kind: "query" });
    expect(asked.flat()).toEqual(["a", "b", "c", "b"]);
  });

  it("does not hand out what it keeps", async () => {
    const cached = createCachedEmbedder(createHashingEmbedder());
    const [first] = await cached.embed(["a"], { kind: "query" });
    const before = first?.slice();
    first?.fill(0);
    expect((await cached.embed(["a"], { kind: "query" }))[0]).toEqual(before);
  });
});

/** An embedder that answers a call when the test says so. */
function slow() {
  const inner = createHashingEmbedder({ dimensions: 8 });
  const calls: {
    readonly texts: readonly string[];
    readonly signal: AbortSignal | undefined;
    answer(): Promise<void>;
    fail(error: MemoryError): Promise<void>;
  }[] = [];
  const embedder: Embedder = {
    ...inner,
    embed(texts, options) {
      const { promise, resolve, reject } = Promise.withResolvers<Float32Array[]>();
      calls.push({
        texts: [...texts],
        signal: options.signal,
        async answer() {
          resolve(await inner.embed(texts, { kind: options.kind }));
          await setImmediate();
        },
        async fail(error) {
          reject(error);
          await setImmediate();
        },
      });
      return promise;
    },
  };
  return { calls, embedder, cached: createCachedEmbedder(embedder), inner };
}

const document: EmbedOptions = { kind: "document" };

describe("concurrent calls of a cached embedder", () => {
  it("have a text that several of them ask for sent once", async () => {
    const { cached, calls, inner } = slow();
    const first = cached.embed(["a", "b"], document);
    const second = cached.embed(["b", "c"], document);
    const third = cached.embed(["a", "c"], document);
    expect(calls.map(({ texts }) => texts)).toEqual([["a", "b"], ["c"]]);
    await calls[1]?.answer();
    await calls[0]?.answer();
    expect(await Promise.all([first, second, third])).toEqual([
      await inner.embed(["a", "b"], document),
      await inner.embed(["b", "c"], document),
      await inner.embed(["a", "c"], document),
    ]);
  });

  it("own their vectors", async () => {
    const { cached, calls } = slow();
    const both = Promise.all([cached.embed(["a"], document), cached.embed(["a"], document)]);
    await calls[0]?.answer();
    const [[mine], [yours]] = await both;
    const before = yours?.slice();
    mine?.fill(0);
    expect(yours).toEqual(before);
  });

  it("do not lose their vectors when the one that asked first gives up", async () => {
    const { cached, calls } = slow();
    const controller = new AbortController();
    const first = cached.embed(["a"], { ...document, signal: controller.signal });
    const second = cached.embed(["a"], document);
    controller.abort();
    await expect(first).rejects.toMatchObject({ code: "MEM_ABORTED" });
    expect(calls[0]?.signal?.aborted).toBe(false);
    await calls[0]?.answer();
    expect(await second).toHaveLength(1);
    expect(calls).toHaveLength(1);
  });

  it("have what is under way left when all of them give up, and a later one asks anew", async () => {
    const { cached, calls } = slow();
    const controller = new AbortController();
    const { signal } = controller;
    const both = Promise.allSettled([
      cached.embed(["a"], { ...document, signal }),
      cached.embed(["a"], { ...document, signal }),
    ]);
    controller.abort();
    await both;
    expect(calls[0]?.signal?.aborted).toBe(true);
    const later = cached.embed(["a"], document);
    await calls[1]?.answer();
    expect(await later).toHaveLength(1);
  });

  it("all fail when the service does, and ask again afterwards", async () => {
    const { cached, calls } = slow();
    const calling = [cached.embed(["a", "b"], document), cached.embed(["b"], document)];
    const failed = Promise.allSettled(calling);
    await calls[0]?.fail(new MemoryError("MEM_EMBEDDING", "down"));
    for (const result of await failed) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "MEM_EMBEDDING" } });
    }
    const again = cached.embed(["b"], document);
    await calls[1]?.answer();
    expect(await again).toHaveLength(1);
  });

  it("do not fail for a text of another call that is refused", async () => {
    const { cached, calls } = slow();
    const bad = cached.embed(["bad", "b"], document).catch((error: unknown) => error);
    const good = cached.embed(["b"], document);
    const also = cached.embed(["b", "bad"], document).catch((error: unknown) => error);
    await calls[0]?.fail(refusalOf(0));
    expect(await bad).toMatchObject({ path: "texts[0]", message: "400 for texts[0]" });
    expect(await also).toMatchObject({ path: "texts[1]", message: "400 for texts[1]" });
    expect(calls[1]?.texts).toEqual(["b"]);
    await calls[1]?.answer();
    expect(await good).toHaveLength(1);
    expect(calls).toHaveLength(2);
  });
});

const refusalOf = (place: number): MemoryError =>
  new MemoryError("MEM_EMBEDDING", `400 for texts[${place}]`, {
    retryable: false,
    path: `texts[${place}]`,
  });

describe("a text that the embedder of a cached one refuses", () => {
  const texts = ["a", "bad", "a", "c", "bad", "d"];
  const sent: string[][] = [];
  const cached = createCachedEmbedder(
    createServiceEmbedder({
      model: "m",
      dimensions: 1,
      explain: () => ({ status: 400 }),
      send: async ({ texts: some }) => {
        sent.push(some);
        if (some.includes("bad")) throw new Error("no");
        return some.map((text) => [text.charCodeAt(0)]);
      },
    }),
  );

  it("is named by its place in the caller's list, and the others are kept", async () => {
    await cached.embed(["d"], document);
    const error: unknown = await cached.embed(texts, document).catch((reason: unknown) => reason);
    const { path = "" } = error as MemoryError;
    expect(["texts[1]", "texts[4]"]).toContain(path);
    expect(error).toMatchObject({ message: expect.stringContaining(path), retryable: false });
    const made = texts.filter((_, i) => vectorsBefore(error)[i] !== undefined);
    expect(new Set(made)).toEqual(new Set(["a", "c"]));
    const before = sent.length;
    expect(await cached.embed(["d", "c", "a"], document)).toHaveLength(3);
    expect(sent.length).toBe(before);
  });
});

describe("what an embedder answers wrongly", () => {
  it.each<[string, Float32Array[], string]>([
    ["too few", [], "MEM_EMBEDDING"],
    ["NaN", [new Float32Array(8).fill(Number.NaN)], "MEM_EMBEDDING"],
    ["zeros", [new Float32Array(8)], "MEM_EMBEDDING"],
    ["another length", [new Float32Array(7).fill(1)], "MEM_DIMENSION"],
  ])("is not kept: %s", async (_what, wrong, code) => {
    const inner = createHashingEmbedder({ dimensions: 8 });
    const answers: Float32Array[][] = [wrong];
    const cached = createCachedEmbedder({
      ...inner,
      embed: async (texts, options) => answers.pop() ?? (await inner.embed(texts, options)),
    });
    await expect(cached.embed(["a"], document)).rejects.toMatchObject({ code });
    expect(await cached.embed(["a"], document)).toEqual(await inner.embed(["a"], document));
  });
});
