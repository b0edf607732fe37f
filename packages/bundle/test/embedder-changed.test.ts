import { createHashingEmbedder, type LongTermStore, type PortableRequest } from "@mem/core";
import { describe, expect, it } from "vitest";
import { exportBundle } from "../src/index.ts";
import { temporaryFolder } from "./folder.ts";
import { ann, portable } from "./samples.ts";

const embedder = createHashingEmbedder({ dimensions: 16 });
const other = { ...createHashingEmbedder({ dimensions: 16 }), model: "another" };

/** A store that goes over to another embedder when its entries are asked for. */
function goingOver(store: LongTermStore): LongTermStore {
  return Object.assign(Object.create(store) as LongTermStore, {
    embedder: () => store.embedder(),
    async *entries(request?: PortableRequest) {
      await store.reembed(other);
      yield* store.entries(request);
    },
  });
}

describe("an export from a store that goes over to another embedder", () => {
  it("is refused, since its first line names the one before", async () => {
    await using folder = await temporaryFolder();
    const store = folder.store({ embedder });
    await store.restore([portable(ann, "plan")]);
    await expect(exportBundle(goingOver(store), folder.bundle)).rejects.toMatchObject({
      code: "MEM_CONFLICT",
      retryable: true,
    });
    expect(await folder.names()).toEqual([]);
    await exportBundle(store, folder.bundle);
    expect((await folder.lines())[0]).toContain('"another"');
  });
});
