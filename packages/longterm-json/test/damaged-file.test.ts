import { readFile, writeFile } from "node:fs/promises";
import { isMemoryError } from "@mem/core";
import { describe, expect, it } from "vitest";
import { temporaryFolder, type Folder } from "./folder.ts";
import { ann, note } from "./samples.ts";

async function write(
  folder: Folder,
  change: (content: string) => string | Buffer,
): Promise<Buffer> {
  const store = folder.open();
  await store.save(ann, [note("tone", "a secret recipe"), note("voice", "plain")]);
  await store.close();
  await writeFile(folder.file, change(await folder.content()));
  return readFile(folder.file);
}

const DAMAGES: readonly [
  what: string,
  says: RegExp,
  change: (content: string) => string | Buffer,
][] = [
  ["is empty", /not JSON/, () => ""],
  ["is cut off", /not JSON/, (content) => content.slice(0, -100)],
  ["is not JSON", /not JSON/, (content) => content.replace('"key":', '"key"')],
  [
    "is not UTF-8",
    /UTF-8/,
    (content) => Buffer.from(content.replace("secret", "s\u00FFcret"), "latin1"),
  ],
  ["holds something else", /has to hold an object/, () => "[]"],
  ["is of another program", /format has to be/, () => '{"entries": []}'],
  [
    "has no version",
    /formatVersion has to be/,
    (content) => content.replace(/"formatVersion": 1,/, ""),
  ],
  ["has no entries", /entries has to be/, (content) => content.replace('"entries"', '"items"')],
  [
    "counts wrongly",
    /lastVersion has to be/,
    (content) => content.replace('"lastVersion": 2', '"lastVersion": -1'),
  ],
  ["misses a field", /entries\[0\]\.key/, (content) => content.replace('"key": "tone",', "")],
  [
    "misses a value",
    /entries\[0\]\.value is missing/,
    (content) => content.replace('"value": "a secret recipe",', ""),
  ],
  [
    "has a field too many",
    /entries\[1\]\.kye is not a field/,
    (content) => content.replace('"key": "voice"', '"key": "voice", "kye": 1'),
  ],
  [
    "has a wrong time",
    /entries\[0\]\.createdAt/,
    (content) => content.replace(/"createdAt": "[^"]+"/, '"createdAt": "yesterday"'),
  ],
  [
    "has an entry without an owner",
    /names neither/,
    (content) => content.replace('"agentId": "ann",', ""),
  ],
  [
    "has an entry twice",
    /entries\[1\] is there twice/,
    (content) => content.replace('"voice"', '"tone"'),
  ],
];

describe("a file that is damaged", () => {
  it.each(DAMAGES)("because it %s is refused and left as it is", async (_, says, change) => {
    await using folder = await temporaryFolder();
    const content = await write(folder, change);
    const store = folder.open();
    for (const call of [() => store.get(ann, ["tone"]), () => store.save(ann, [note("a", "b")])]) {
      const error: unknown = await call().catch((reason: unknown) => reason);
      expect(isMemoryError(error, "MEM_CORRUPT")).toBe(true);
      const { message, cause } = error as Error;
      expect(message).toContain(folder.file);
      expect(message).toMatch(says);
      expect(`${message} ${String(cause)}`).not.toMatch(/secret|recipe/);
    }
    expect(await store.health()).toMatchObject({ status: "down", messages: [expect.any(String)] });
    await store.close();
    expect(await readFile(folder.file)).toEqual(content);
  });

  it("is read again once it has been corrected, by the same store", async () => {
    await using folder = await temporaryFolder();
    let good = "";
    await write(folder, (content) => {
      good = content;
      return content.slice(10);
    });
    const store = folder.open();
    await expect(store.count(ann)).rejects.toMatchObject({ code: "MEM_CORRUPT" });
    await writeFile(folder.file, good);
    expect(await store.count(ann)).toBe(2);
  });

  it("because a later version wrote it is refused and left as it is", async () => {
    await using folder = await temporaryFolder();
    const content = await write(folder, (text) =>
      text.replace('"formatVersion": 1', '"formatVersion": 7'),
    );
    const store = folder.open();
    await expect(store.save(ann, [note("a", "b")])).rejects.toMatchObject({
      code: "MEM_FORMAT",
      message: expect.stringMatching(/version 7.*up to 1/),
    });
    await store.close();
    expect(await readFile(folder.file)).toEqual(content);
  });
});
