import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createServiceEmbedder } from "../src/index.ts";
import { answer, SECRET, ServiceError, serviceThat, type Attempt } from "./failing-service.ts";

const reply =
  (data: unknown): Attempt =>
  () =>
    data;
const hang: Attempt = () => new Promise(() => undefined);
const document = { kind: "document" } as const;
const soon = { "retry-after-ms": "1" };

describe("a service that fails", () => {
  it.each([
    ["429", answer(429, soon)],
    ["503", answer(503, soon)],
    ["408", answer(408, soon)],
  ])("with %s is asked again when it says so", async (_status, attempt) => {
    const { embedder, startedAt } = serviceThat([attempt, attempt]);
    expect(await embedder.embed(["a"], document)).toHaveLength(1);
    expect(startedAt).toHaveLength(3);
  });

  it.each([401, 403, 404, 400])("with %i is not asked again", async (status) => {
    const { embedder, startedAt } = serviceThat([answer(status, soon)]);
    await expect(embedder.embed(["a"], document)).rejects.toMatchObject({
      code: "MEM_EMBEDDING",
      retryable: false,
      message: expect.stringContaining(String(status)),
    });
    expect(startedAt).toHaveLength(1);
  });

  it("is not asked again where that is known to be no use", async () => {
    const { embedder, startedAt } = serviceThat([answer(429)], {
      explain: () => ({ status: 429, isFinal: true }),
    });
    await expect(embedder.embed(["a"], document)).rejects.toMatchObject({ retryable: true });
    expect(startedAt).toHaveLength(1);
  });

  it.concurrent.each<[string, unknown]>([
    ["nothing", undefined],
    ["too few", []],
    ["a hole", Array.from({ length: 1 })],
    ["a text", ["AAAA"]],
    ["NaN", [[1, Number.NaN]]],
    ["null", [[1, null]]],
    ["digits", [[1, "2"]]],
    ["more than 32 bits hold", [[1, 1e39]]],
    ["zeros", [[0, 0]]],
    ["less than 32 bits hold", [[1e-60, 0]]],
  ])("with a reply of %s is asked again", async (_what, data) => {
    const { embedder, startedAt } = serviceThat([reply(data)]);
    expect(await embedder.embed(["a"], document)).toEqual([Float32Array.of(1, 2)]);
    expect(startedAt).toHaveLength(2);
  });

  it("with vectors of another length is not asked again", async () => {
    const { embedder, startedAt } = serviceThat([reply([[1, 2, 3]])]);
    await expect(embedder.embed(["a"], document)).rejects.toMatchObject({
      code: "MEM_DIMENSION",
      retryable: false,
    });
    expect(startedAt).toHaveLength(1);
  });

  it.each([
    ["seconds", () => "1"],
    ["a date", () => new Date(Date.now() + 2000).toUTCString()],
  ])("is left alone by all for as long as it says, in %s", async (_unit, toHeader) => {
    const tooMany: Attempt = () => {
      throw new ServiceError(429, { "retry-after": toHeader() });
    };
    const { embedder, startedAt } = serviceThat([tooMany], { batchSize: 1, concurrency: 2 });
    const first = embedder.embed(["a"], document);
    await expect.poll(() => startedAt.length).toBe(1);
    await Promise.all([first, embedder.embed(["b", "c"], document)]);
    const [begin = 0, ...others] = startedAt;
    expect(others).toHaveLength(3);
    for (const at of others) expect(at - begin).toBeGreaterThan(900);
  });

  it("is not waited for beyond the deadline", async () => {
    for (const value of ["3600", "99999999", new Date(Date.now() + 1e7).toUTCString()]) {
      const { embedder, startedAt } = serviceThat([answer(429, { "retry-after": value })]);
      const begin = performance.now();
      await expect(embedder.embed(["a"], document)).rejects.toMatchObject({
        code: "MEM_EMBEDDING",
        retryable: true,
        message: expect.stringContaining("deadlineMs"),
      });
      expect(performance.now() - begin).toBeLessThan(900);
      // The next call does not wait: it asks the service again.
      expect(await embedder.embed(["a"], document)).toHaveLength(1);
      expect(startedAt).toHaveLength(2);
    }
  });

  it("is not believed where it names no time", async () => {
    await Promise.all(
      ["soon", "-5", "+9", "1e9", "0", "", "NaN", "Thu, 01 Jan 1970 00:00:00 GMT"].map(
        async (value) => {
          const { embedder, startedAt } = serviceThat([answer(503, { "retry-after": value })]);
          await embedder.embed(["a"], document);
          const [first = 0, second = 0] = startedAt;
          expect(startedAt).toHaveLength(2);
          expect(second - first).toBeGreaterThan(300);
        },
      ),
    );
  });

  it("is given up after its time, even if it heeds no signal", async () => {
    const slow = serviceThat([hang, hang], { timeoutMs: 20, maxRetries: 0 });
    await expect(slow.embedder.embed(["a"], document)).rejects.toMatchObject({
      code: "MEM_EMBEDDING",
      message: expect.stringContaining("timeoutMs"),
    });
    const late = serviceThat([hang, hang], { deadlineMs: 200 });
    await expect(late.embedder.embed(["a"], document)).rejects.toMatchObject({
      code: "MEM_EMBEDDING",
      retryable: true,
      message: expect.stringContaining("deadlineMs"),
    });
    expect(late.startedAt).toHaveLength(1);
  });

  it("because it is slow is asked for less at once", async () => {
    const sizes: number[] = [];
    const slow = createServiceEmbedder({
      model: "m",
      dimensions: 2,
      timeoutMs: 500,
      explain: () => ({}),
      send: async ({ texts }) => {
        sizes.push(texts.length);
        if (texts.length > 3) await hang(texts);
        return texts.map((text) => [text.length, 1]);
      },
    });
    const texts = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff"];
    const vectors = await slow.embed(texts, document);
    expect(vectors.map(([length]) => length)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(sizes).toEqual([6, 3, 3]);
  });

  it("has nothing of what it said in any error", async () => {
    for (const status of [400, 401, 429, 500, 200]) {
      const { embedder } = serviceThat([answer(status)], { maxRetries: 0 });
      const error: unknown = await embedder
        .embed(["a"], document)
        .catch((reason: unknown) => reason);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
      expect(error).toMatchObject({ code: "MEM_EMBEDDING" });
    }
  });

  it("has the reason in its error where nobody answers", async () => {
    const refused = Object.assign(new Error(SECRET), { code: "ECONNREFUSED" });
    const { embedder } = serviceThat(
      [() => Promise.reject(new TypeError("fetch failed", { cause: refused }))],
      { maxRetries: 0 },
    );
    await expect(embedder.embed(["a"], document)).rejects.toMatchObject({
      message: expect.stringContaining("ECONNREFUSED"),
      retryable: true,
    });
  });
});
