import { createHashingEmbedder, type LongTermStore, type PortableEntry } from "@mem/core";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportBundle, importBundle } from "../src/index.ts";
import { temporaryFolder, type Folder } from "./folder.ts";
import { ann, portable, portableEntries } from "./samples.ts";

const embedder = createHashingEmbedder({ dimensions: 16 });

describe("a bundle between JSON and LanceDB", () => {
  let folder: Folder;
  let lance: LongTermStore;
  beforeAll(async () => {
    folder = await temporaryFolder();
    lance = folder.keep(createLanceDbStore({ uri: folder.path("store-lance"), embedder }));
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  it("has the same lines whichever store it comes from", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(portableEntries, async (entries) => {
        // Each run has a tenant of its own: opening a store takes longer than the run.
        const tenantId = `tenant-${(run += 1)}`;
        const json = folder.store({ embedder });
        await json.restore(entries.map((entry) => within(tenantId, entry)));
        await json.flush();
        await exportBundle(json, folder.bundle);
        await importBundle(lance, folder.bundle);
        await exportBundle(lance, folder.path("lance.jsonl"), { tenantId });
        const again = folder.store({ embedder });
        await importBundle(again, folder.path("lance.jsonl"));
        await exportBundle(again, folder.path("again.jsonl"));
        const lines = await entryLines(folder, folder.bundle);
        expect(await entryLines(folder, folder.path("lance.jsonl"))).toEqual(lines);
        expect(await entryLines(folder, folder.path("again.jsonl"))).toEqual(lines);
        await json.close();
        await again.close();
      }),
      { numRuns: 20 },
    );
  });

  it("is found by its words and its meaning where it arrives", async () => {
    const json = folder.store({ embedder });
    await json.restore([portable(ann, "autumn campaign"), portable(ann, "winter sale")]);
    await json.flush();
    await exportBundle(json, folder.bundle);
    await importBundle(lance, folder.bundle);
    const request = { text: "autumn", topK: 5, neighbours: true } as const;
    for (const mode of ["keyword", "vector", "hybrid"] as const) {
      const [hit] = await lance.search(
        { tenantId: "acme", agentIds: ["ann"] },
        { ...request, mode },
      );
      expect(hit?.key).toBe("autumn campaign");
    }
  });
});

/** Each entry keeps a place of its own: its tenant becomes part of its workflow. */
function within(tenantId: string, { scope, ...rest }: PortableEntry): PortableEntry {
  const workflowId = JSON.stringify([scope.tenantId, scope.workflowId]);
  const { agentId } = scope;
  return { ...rest, scope: { tenantId, workflowId, ...(agentId !== undefined && { agentId }) } };
}

/** The lines between the first and the last, sorted, so that no store decides their order. */
async function entryLines(folder: Folder, path: string): Promise<string[]> {
  return (await folder.lines(path)).slice(1, -1).toSorted();
}
