import { open, readFile, writeFile, type FileHandle } from "node:fs/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { exportBundle } from "../src/index.ts";
import { temporaryFolder, type Folder } from "./folder.ts";
import { ann, portable } from "./samples.ts";

/** What was in the folder when a file of it, or the folder, was synced. */
interface Sync {
  readonly what: "file" | "folder";
  readonly names: number;
  readonly content: string;
}

afterEach(() => vi.restoreAllMocks());

describe("an export", () => {
  it("has the new bundle on disk before it takes the old one's place, and its name before it resolves", async () => {
    await using folder = await temporaryFolder();
    const store = folder.store();
    await store.restore([portable(ann, "plan")]);
    await writeFile(folder.bundle, "the former bundle");
    const syncs = await recordSyncs(folder);
    await exportBundle(store, folder.bundle);
    const content = await readFile(folder.bundle, "utf8");
    expect(syncs).toEqual<Sync[]>([
      { what: "file", names: 2, content: "the former bundle" },
      { what: "folder", names: 1, content },
    ]);
  });
});

/** Records every `fsync` through a file handle, and lets it happen. */
async function recordSyncs(folder: Folder): Promise<Sync[]> {
  const syncs: Sync[] = [];
  await using any = await open(folder.bundle);
  const prototype = Object.getPrototypeOf(any) as FileHandle;
  const sync: (this: FileHandle) => Promise<void> = Reflect.get(prototype, "sync");
  vi.spyOn(prototype, "sync").mockImplementation(async function (this: FileHandle) {
    const what = (await this.stat()).isDirectory() ? "folder" : "file";
    const { length: names } = await folder.names();
    syncs.push({ what, names, content: await readFile(folder.bundle, "utf8") });
    return sync.call(this);
  });
  return syncs;
}
