import { readFile, rm, writeFile } from "node:fs/promises";
import { createManualClock } from "@mem/core";
import { describe, expect, it } from "vitest";
import { createFaultyEmbedder, down, refuse } from "./fixtures/faulty-embedder.ts";
import { temporaryFolder } from "./folder.ts";
import { ann, anns, note, query } from "./samples.ts";

describe("vectors", () => {
  it("are in a file of their own, by their texts' digests", async () => {
    await using folder = await temporaryFolder();
    const embedder = createFaultyEmbedder();
    const store = folder.open({ embedder });
    await store.save(ann, [
      note("a", "launch plan"),
      note("b", "launch plan"),
      note("c", "budget"),
    ]);
    await store.flush();
    const { vectors, ...rest } = JSON.parse(await readFile(folder.vectorFile, "utf8")) as {
      readonly vectors: Record<string, string>;
    };
    expect(rest).toEqual({
      format: "mem-vectors",
      formatVersion: 1,
      model: "faulty",
      dimensions: 16,
    });
    expect(Object.values(vectors).map((base64) => base64.length)).toEqual([88, 88]);
    expect(embedder.requests).toEqual([["launch plan", "budget"]]);
    expect(await folder.content()).not.toMatch(/vector/);
  });

  it("go with the last entry of their text", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open({ embedder: createFaultyEmbedder() });
    await store.save(ann, [
      note("a", "launch plan"),
      note("b", "launch plan"),
      note("c", "budget"),
    ]);
    await store.flush();
    await store.delete(ann, [{ key: "a" }, { key: "c" }]);
    await store.save(ann, [note("b", "something else")]);
    await store.flush();
    const { vectors } = JSON.parse(await readFile(folder.vectorFile, "utf8")) as {
      vectors: object;
    };
    expect(Object.keys(vectors)).toHaveLength(1);
  });

  it("are on disk a moment later without being asked for", async () => {
    await using folder = await temporaryFolder();
    const clock = createManualClock();
    const embedder = createFaultyEmbedder();
    const store = folder.open({ embedder, clock });
    await store.save(ann, [note("a", "launch plan")]);
    await expect.poll(() => store.stats("acme")).toMatchObject({ pendingVectors: 0 });
    expect(await folder.names()).not.toContain("memory.vectors.json");
    clock.advance(1000);
    await expect.poll(() => folder.names()).toContain("memory.vectors.json");
  });

  it("are asked for again after a failure, later each time", async () => {
    await using folder = await temporaryFolder();
    const clock = createManualClock();
    const embedder = createFaultyEmbedder();
    embedder.fault = down;
    const store = folder.open({ embedder, clock });
    await store.save(ann, [note("a", "launch plan")]);
    const attempts = async (count: number): Promise<void> => {
      await expect.poll(() => embedder.requests).toHaveLength(count);
      await expect
        .poll(() => store.health())
        .toMatchObject({
          messages: [expect.stringMatching(/^\d vectors are pending: the service is down$/)],
          details: { pendingVectors: expect.any(Number) },
        });
    };
    await attempts(1);
    await store.save(ann, [note("b", "budget")]);
    clock.advance(999);
    await attempts(1);
    clock.advance(1);
    await attempts(2);
    clock.advance(1999);
    await attempts(2);
    embedder.fault = undefined;
    clock.advance(1);
    await expect.poll(async () => (await store.health()).status).toBe("ok");
    expect(embedder.requests).toHaveLength(3);
    expect(await store.stats("acme")).toEqual({ entries: 2, pendingVectors: 0 });
  });

  it("are given up when the embedder refuses every text, without asking for each", async () => {
    await using folder = await temporaryFolder();
    const embedder = createFaultyEmbedder();
    embedder.fault = refuse;
    const store = folder.open({ embedder });
    await store.save(
      ann,
      Array.from({ length: 500 }, (_, i) => note(`${i}`, `text ${i}`)),
    );
    await expect(store.flush()).rejects.toMatchObject({ code: "MEM_EMBEDDING" });
    expect(embedder.requests.length).toBeLessThan(20);
    expect(await store.stats("acme")).toEqual({ entries: 500, pendingVectors: 500 });
  });

  it("are not waited for longer than ten seconds by a question", async () => {
    await using folder = await temporaryFolder();
    const clock = createManualClock();
    const embedder = createFaultyEmbedder();
    const store = folder.open({ embedder, clock });
    await store.save(ann, [note("a", "launch plan")]);
    await store.flush();
    embedder.fault = () => new Promise(() => {});
    const searched = store.search(anns, query("launch", { mode: "vector" }));
    const fallback = store.search(anns, query("launch"));
    await expect.poll(() => embedder.requests).toHaveLength(3);
    clock.advance(10_000);
    await expect(searched).rejects.toMatchObject({ code: "MEM_EMBEDDING" });
    expect(await fallback).toHaveLength(1);
    expect((await store.health()).messages).toEqual([
      "searches are by keyword only: faulty did not answer within 10 s",
    ]);
  });

  it("are given up when the store is closed, and whoever waits for them is told so", async () => {
    await using folder = await temporaryFolder();
    const embedder = createFaultyEmbedder();
    embedder.fault = () => new Promise(() => {});
    const store = folder.open({ embedder });
    await store.save(ann, [note("a", "launch plan")]);
    const flushed = store.flush();
    await expect.poll(() => embedder.requests).toHaveLength(1);
    const [flush] = await Promise.allSettled([flushed, store.close()]);
    expect(flush).toMatchObject({ reason: { code: "MEM_CLOSED", outcome: "not-applied" } });
  });

  it("of another model are not used, with the remedy, while everything else goes on", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open({ embedder: createFaultyEmbedder() });
    await store.save(ann, [note("a", "launch plan")]);
    await store.flush();
    await store.close();
    const other = folder.open({ embedder: createFaultyEmbedder("other") });
    await other.save(ann, [note("b", "launch party")]);
    expect(await other.search(anns, query("launch"))).toHaveLength(2);
    const remedy = /vectors\.json.*of faulty.*is other.*reembed\(embedder\)/;
    const refusal = { code: "MEM_EMBEDDING", message: expect.stringMatching(remedy) };
    for (const mode of ["vector", "hybrid"] as const) {
      await expect(other.search(anns, query("launch", { mode }))).rejects.toMatchObject(refusal);
    }
    await expect(other.flush()).rejects.toMatchObject(refusal);
    expect(await other.health()).toMatchObject({
      status: "degraded",
      messages: [expect.stringMatching(remedy)],
    });
    await other.close();
    await rm(folder.vectorFile);
    const again = folder.open({ embedder: createFaultyEmbedder("other") });
    await again.flush();
    expect(await again.search(anns, query("launch", { mode: "vector" }))).toHaveLength(2);
  });

  it.each([
    ["not JSON", (content: string) => content.slice(5)],
    ["of the wrong length", (content: string) => content.replace(/": "[\w+/]{8}(?=.*=)/, '": "')],
    ["no numbers", (content: string) => content.replace(/(?<=": ")[\w+/]{85}/, "/".repeat(85))],
  ])(
    "that are damaged (%s) are refused, and made anew once they are deleted",
    async (_, damage) => {
      await using folder = await temporaryFolder();
      const embedder = createFaultyEmbedder();
      const store = folder.open({ embedder });
      await store.save(ann, [note("a", "launch plan")]);
      await store.flush();
      await store.close();
      await writeFile(folder.vectorFile, damage(await readFile(folder.vectorFile, "utf8")));
      const again = folder.open({ embedder });
      await expect(again.count(ann)).rejects.toMatchObject({
        code: "MEM_CORRUPT",
        message: expect.stringContaining(folder.vectorFile),
      });
      await rm(folder.vectorFile);
      await again.flush();
      expect(await again.stats("acme")).toEqual({ entries: 1, pendingVectors: 0 });
    },
  );
});
