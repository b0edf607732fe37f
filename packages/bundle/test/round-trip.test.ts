import { createHashingEmbedder, type LongTermStore, type PortableEntry } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exportBundle, importBundle } from "../src/index.ts";
import { temporaryFolder } from "./folder.ts";
import { ann, portable, portableEntries } from "./samples.ts";

describe("a bundle", () => {
  it("brings every entry from one store into another, whatever it holds", async () => {
    await fc.assert(
      fc.asyncProperty(portableEntries, async (entries) => {
        await using folder = await temporaryFolder();
        const [from, to] = [folder.store(), folder.store()];
        await from.restore(entries);
        await exportBundle(from, folder.bundle);
        const restored = await importBundle(to, folder.bundle);
        expect(restored).toEqual({ stored: entries.length, skipped: 0 });
        expect(await allEntries(to)).toEqual(await allEntries(from));
        await exportBundle(to, folder.path("again.jsonl"));
        expect(await folder.lines(folder.path("again.jsonl"))).toEqual(await folder.lines());
      }),
      { numRuns: 30 },
    );
  });

  it("brings vectors, which need not be made again", async () => {
    await using folder = await temporaryFolder();
    const embedder = createHashingEmbedder({ dimensions: 16 });
    const from = folder.store({ embedder });
    await from.restore([portable(ann, "autumn"), portable(ann, "silent", { text: "" })]);
    await from.flush();
    await exportBundle(from, folder.bundle);
    const texts: string[] = [];
    const to = folder.store({
      embedder: {
        ...embedder,
        embed: async (asked, options) => {
          texts.push(...asked);
          return embedder.embed(asked, options);
        },
      },
    });
    await importBundle(to, folder.bundle);
    await to.flush();
    expect(texts).toEqual([]);
    expect(await allEntries(to)).toEqual(await allEntries(from));
    expect((await allEntries(to)).map(({ vector }) => vector?.length)).toEqual([16, undefined]);
  });

  it("leaves vectors of another embedder, which are made anew", async () => {
    await using folder = await temporaryFolder();
    const from = folder.store({ embedder: createHashingEmbedder({ dimensions: 16 }) });
    await from.restore([portable(ann, "autumn")]);
    await from.flush();
    await exportBundle(from, folder.bundle);
    const to = folder.store({ embedder: createHashingEmbedder({ dimensions: 32 }) });
    await importBundle(to, folder.bundle);
    await to.flush();
    expect((await allEntries(to))[0]?.vector).toHaveLength(32);
  });

  it("holds one tenant where that is asked for, and never all because a name was missing", async () => {
    await using folder = await temporaryFolder();
    const from = folder.store();
    await from.restore([portable(ann, "own"), portable({ ...ann, tenantId: "other" }, "theirs")]);
    expect(await exportBundle(from, folder.bundle, { tenantId: "acme" })).toMatchObject({
      entries: 1,
    });
    expect((await folder.lines()).join()).not.toContain("theirs");
    const undefinedTenant = { tenantId: undefined } as unknown as { tenantId: string };
    await expect(
      exportBundle(from, folder.path("none.jsonl"), undefinedTenant),
    ).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT" });
    expect(await folder.names()).toEqual(["memory.jsonl"]);
  });

  it("skips what is there already where that is asked for", async () => {
    await using folder = await temporaryFolder();
    const [from, to] = [folder.store(), folder.store()];
    await from.restore([portable(ann, "plan", { value: "theirs" }), portable(ann, "brief")]);
    await to.restore([portable(ann, "plan", { value: "own" })]);
    await exportBundle(from, folder.bundle);
    expect(await importBundle(to, folder.bundle, { ifExists: "skip" })).toEqual({
      stored: 1,
      skipped: 1,
    });
    expect((await to.get(ann, ["plan"]))[0]?.value).toBe("own");
    await importBundle(to, folder.bundle);
    expect((await to.get(ann, ["plan"]))[0]?.value).toBe("theirs");
  });

  it("can be read by people and their tools: each line is JSON", async () => {
    await using folder = await temporaryFolder();
    const from = folder.store({ embedder: createHashingEmbedder({ dimensions: 16 }) });
    const { bytes } = await exportAll(
      from,
      [portable(ann, "plan", { text: "autumn" })],
      folder.bundle,
    );
    const [header, entry, end] = (await folder.lines()).map((line) => JSON.parse(line) as object);
    const crc = expect.stringMatching(/^[\da-f]{8}$/);
    const { model } = createHashingEmbedder({ dimensions: 16 });
    expect(header).toEqual({
      crc,
      format: "mem-bundle",
      formatVersion: 1,
      embedder: { model, dimensions: 16 },
    });
    expect(entry).toEqual({
      crc,
      tenantId: "acme",
      agentId: "ann",
      key: "plan",
      value: "plan",
      text: "autumn",
      source: "agent",
      createdAt: 1_700_000_000_000,
      updatedAt: 1_700_000_000_001,
      vector: expect.stringMatching(/^[\w+/]{86}==$/),
    });
    expect(end).toEqual({
      crc,
      end: true,
      entries: 1,
      sha256: expect.stringMatching(/^[\da-f]{64}$/),
    });
    expect(bytes).toBe((await folder.lines()).reduce((sum, line) => sum + line.length + 1, 0));
  });
});

async function exportAll(
  store: LongTermStore,
  entries: readonly PortableEntry[],
  path: string,
): ReturnType<typeof exportBundle> {
  await store.restore(entries);
  await store.flush();
  return exportBundle(store, path);
}

async function allEntries(store: LongTermStore): Promise<PortableEntry[]> {
  return (await Array.fromAsync(store.entries())).flat();
}
