import { link, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { agentFile, isAgentFile } from "../src/folder/file-names.ts";
import { openSegment } from "../src/folder/open-segment.ts";
import { RecordFolder } from "../src/folder/record-folder.ts";
import { indexPath, parseSegmentName, segmentFile } from "../src/folder/segment-names.ts";
import { Chain } from "../src/line/chain.ts";
import { encodeControl } from "../src/line/control-line.ts";
import { plainDigester } from "../src/line/line-digest.ts";
import { DamageLog } from "../src/reading/damage-log.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const HASH = "0".repeat(32);

describe("the name of a segment", () => {
  it.each([
    ["strategy~000001.jsonl", { stem: "strategy", segment: 1, compressed: false }],
    ["strategy~000012.jsonl.gz", { stem: "strategy", segment: 12, compressed: true }],
    ["a~1234567.jsonl", { stem: "a", segment: 1_234_567, compressed: false }],
    [`A~${HASH}~000001.jsonl`, { stem: `A~${HASH}`, segment: 1, compressed: false }],
  ])("%j is read", (name, parsed) => {
    expect(parseSegmentName(name)).toEqual(parsed);
    expect(isAgentFile(name)).toBe(false);
  });

  it.each([
    `A~${HASH}.jsonl`,
    "strategy~000000.jsonl",
    "strategy~00001.jsonl",
    "strategy~0000001.jsonl",
    "strategy~000001.json",
    "strategy.jsonl",
    "~000001.jsonl",
  ])("is not %j", (name) => {
    expect(parseSegmentName(name)).toBeUndefined();
  });

  it("is no agent's, whatever ids look like", () => {
    for (const id of ["a~000001", "a~000001.jsonl", "A", `A~${HASH}`, "a~1", "a.jsonl~000001"]) {
      expect(parseSegmentName(agentFile(id))).toBeUndefined();
    }
  });
});

function line(segment: number): string {
  const json = encodeControl({ type: "segment", timestamp: "2026", segment }, "strategy.jsonl");
  return `${new Chain(plainDigester).link(json).toString()}\n`;
}

async function open(): Promise<AsyncDisposable & { dir: string; folder: RecordFolder }> {
  const temporary = await temporaryFolder();
  return { ...temporary, folder: new RecordFolder(temporary.dir, new DamageLog()) };
}

describe("the segments of an agent", () => {
  it("are those with a number, oldest first, and the current file, which says its own", async () => {
    await using place = await open();
    const file = place.folder.fileOf("default", "strategy");
    expect(await place.folder.segmentsOf(file)).toEqual({ earlier: [], current: undefined });
    await writeFile(file.path, '{"id":"a"}\n');
    const { current } = await place.folder.segmentsOf(file);
    expect(current).toMatchObject({ segment: 1, stated: false, size: 11 });

    await writeFile(segmentFile(file, 2, false).path, "x\n");
    await writeFile(segmentFile(file, 1, false).path, "x\n");
    await writeFile(segmentFile(file, 1, true).path, "x\n");
    await writeFile(segmentFile(file, 3, false).path, "x\n");
    await writeFile(join(place.dir, "content~000001.jsonl"), "x\n");
    await writeFile(file.path, line(3));
    const found = await place.folder.segmentsOf(file);
    expect(found.earlier).toEqual([segmentFile(file, 1, true), segmentFile(file, 2, false)]);
    expect(found.current).toMatchObject({ segment: 3, stated: true });
    const agents = await place.folder.filesOf("default");
    expect(agents.map(({ name }) => name).toSorted()).toEqual(["content.jsonl", "strategy.jsonl"]);
  });

  it("are numbered on where somebody removed the current file", async () => {
    await using place = await open();
    const file = place.folder.fileOf("default", "strategy");
    await writeFile(segmentFile(file, 7, true).path, "x\n");
    await writeFile(file.path, "x\n");
    expect((await place.folder.segmentsOf(file)).current).toMatchObject({ segment: 8 });
    await rm(segmentFile(file, 7, true).path);
    await link(file.path, segmentFile(file, 7, false).path);
    // During a rotation, both names are of the same file.
    const { earlier, current } = await place.folder.segmentsOf(file);
    expect({ earlier, segment: current?.segment }).toEqual({ earlier: [], segment: 7 });
  });

  it("are found again where they went", async () => {
    await using place = await open();
    const file = place.folder.fileOf("default", "strategy");
    await writeFile(file.path, "x\n");
    async function opened(segment: number, wasCurrent: boolean): Promise<unknown> {
      await using found = await openSegment(file, segment, wasCurrent);
      return found && [found.label, found.current, found.compressed];
    }
    expect(await opened(1, true)).toEqual(["strategy.jsonl", true, false]);
    await rename(file.path, segmentFile(file, 1, false).path);
    await writeFile(file.path, line(2));
    expect(await opened(1, true)).toEqual(["strategy~000001.jsonl", false, false]);
    await rename(segmentFile(file, 1, false).path, segmentFile(file, 1, true).path);
    expect(await opened(1, true)).toEqual(["strategy~000001.jsonl.gz", false, true]);
    await rm(segmentFile(file, 1, true).path);
    expect(await opened(1, true)).toBeUndefined();
  });

  it("are refused where a link or a folder is in their place", async () => {
    await using place = await open();
    const file = place.folder.fileOf("acme", "strategy");
    await mkdir(file.folder);
    await symlink("/etc/hostname", segmentFile(file, 1, false).path);
    await mkdir(segmentFile(file, 2, false).path);
    for (const segment of [1, 2]) {
      await expect(openSegment(file, segment, false)).rejects.toMatchObject({
        code: "MEM_CORRUPT",
      });
    }
    expect((await place.folder.segmentsOf(file)).earlier).toEqual([]);
    expect(segmentFile(file, 2, true).label).toBe("@acme/strategy~000002.jsonl.gz");
    expect(indexPath(file, 2)).toBe(join(file.folder, ".index/strategy~000002.idx"));
    expect(indexPath(file, "current")).toBe(join(file.folder, ".index/strategy.idx"));
  });
});
