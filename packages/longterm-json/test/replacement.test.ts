import { open, type FileHandle } from "node:fs/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { temporaryFolder, type Folder } from "./folder.ts";
import { ann, note } from "./samples.ts";

/** What was in the folder when a file of it, or the folder, was synced. */
interface Sync {
  readonly what: "file" | "folder";
  readonly temporaryFiles: number;
  readonly content: string;
}

afterEach(() => vi.restoreAllMocks());

describe("a save", () => {
  it("has the new file on disk before it takes the old one's place, and its name before it resolves", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    await store.save(ann, [note("tone", "cold")]);
    const before = await folder.content();
    const syncs = await recordSyncs(folder);
    await store.save(ann, [note("tone", "warm")]);
    const after = await folder.content();
    expect(after).not.toBe(before);
    expect(syncs).toEqual<Sync[]>([
      { what: "file", temporaryFiles: 1, content: before },
      { what: "folder", temporaryFiles: 0, content: after },
    ]);
  });
});

/** Records every `fsync` through a file handle, and lets it happen. */
async function recordSyncs(folder: Folder): Promise<Sync[]> {
  const syncs: Sync[] = [];
  await using any = await open(folder.file);
  const prototype = Object.getPrototypeOf(any) as FileHandle;
  const sync: (this: FileHandle) => Promise<void> = Reflect.get(prototype, "sync");
  vi.spyOn(prototype, "sync").mockImplementation(async function (this: FileHandle) {
    const what = (await this.stat()).isDirectory() ? "folder" : "file";
    const temporaryFiles = (await folder.names()).filter((name) => name.endsWith(".tmp")).length;
    syncs.push({ what, temporaryFiles, content: await folder.content() });
    return sync.call(this);
  });
  return syncs;
}
