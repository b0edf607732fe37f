import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ReembedProgress } from "@mem/core";
import { describe, expect, it } from "vitest";
import { createFaultyEmbedder } from "./fixtures/faulty-embedder.ts";
import { start } from "./fixtures/process.ts";
import { temporaryFolder } from "./folder.ts";
import { ann, anns, note, query } from "./samples.ts";

const notes = Array.from({ length: 300 }, (_, i) => note(`${i}`, `note number ${i}`));

describe("another embedder's vectors", () => {
  it("that a killed process had made are not made again", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open({ embedder: createFaultyEmbedder("old") });
    await store.save(ann, notes);
    await store.flush();
    await store.close();
    {
      await using killed = start("reembedder", [folder.file]);
      await killed.firstWord();
      killed.child.kill("SIGKILL");
      await killed.ended();
    }
    expect(await folder.names()).toContain("memory.next-vectors.json");
    const again = folder.open({ embedder: createFaultyEmbedder("old") });
    expect(await again.search(anns, query("note", { mode: "vector" }))).toHaveLength(10);
    const embedder = createFaultyEmbedder("new");
    expect(await again.reembed(embedder)).toEqual({ entries: 300 });
    expect(embedder.requests.flat()).toHaveLength(300 - 3 * 64);
    expect(await folder.names()).not.toContain("memory.next-vectors.json");
    expect(await readFile(folder.vectorFile, "utf8")).toContain('"model": "new"');
  });

  it("are not made twice by asking twice, and one attempt is under way at a time", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    await store.save(ann, notes);
    const embedder = createFaultyEmbedder("new");
    const first = store.reembed(embedder);
    await expect(store.reembed(embedder)).rejects.toMatchObject({ code: "MEM_CONFLICT" });
    expect(await first).toEqual({ entries: 300 });
    expect(store.capabilities.vector).toBe(true);
    expect(await store.reembed(createFaultyEmbedder("new"))).toEqual({ entries: 300 });
    expect(embedder.requests.flat()).toHaveLength(300);
  });

  it("are waited for by who waits for the vectors that they take the place of", async () => {
    await using folder = await temporaryFolder();
    const old = createFaultyEmbedder("old");
    old.fault = () => new Promise(() => {});
    const store = folder.open({ embedder: old });
    await store.save(ann, notes);
    const flushed = store.flush();
    await expect.poll(() => old.requests.length).toBeGreaterThan(0);
    await store.reembed(createFaultyEmbedder("new"));
    await flushed;
    expect(await store.stats("acme")).toEqual({ entries: 300, pendingVectors: 0 });
  });

  it("leave nothing of what is erased, those of a stopped attempt neither", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open({ embedder: createFaultyEmbedder("old") });
    await store.save(ann, notes);
    await store.flush();
    const stop = new AbortController();
    const onProgress = ({ done }: ReembedProgress): void => {
      if (done > 0) stop.abort();
    };
    const stopped = store.reembed(createFaultyEmbedder("new"), { onProgress, signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ code: "MEM_ABORTED" });
    const nextFile = folder.vectorFile.replace(".vectors.", ".next-vectors.");
    const digest = hash("sha256", "note number 0", "base64url");
    expect(await digestsIn(nextFile)).toContain(digest);
    await store.erase({ scope: ann, key: "0" });
    for (const file of [folder.vectorFile, nextFile]) {
      const digests = await digestsIn(file);
      expect(digests.length).toBeGreaterThan(0);
      expect(digests).not.toContain(digest);
    }
  });
});

describe("the vectors of a long text", () => {
  const sentence = "Something is said here, and at some length. ";
  const long = ["One", "Two", "Three"]
    .map((name) => `# ${name}\n\n${sentence.repeat(20)}`)
    .join("\n\n");

  it("are one for each passage, kept once for all texts that share it", async () => {
    await using folder = await temporaryFolder();
    const embedder = createFaultyEmbedder();
    const store = folder.open({ embedder });
    const longer = `${long}\n\n# Four\n\n${sentence.repeat(20)}`;
    await store.save(ann, [note("a", long), note("b", longer), note("c", long)]);
    await store.flush();
    expect(embedder.requests.flat()).toHaveLength(4);
    await store.delete(ann, [{ key: "b" }]);
    await store.flush();
    expect(await digestsIn(folder.vectorFile)).toHaveLength(3);
    expect(await store.stats("acme")).toEqual({ entries: 2, pendingVectors: 0 });
  });
});

async function digestsIn(file: string): Promise<string[]> {
  const { vectors } = JSON.parse(await readFile(file, "utf8")) as { vectors: object };
  return Object.keys(vectors);
}
