import { hash } from "node:crypto";
import { appendFile, readFile, truncate, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exportBundle, importBundle } from "../src/index.ts";
import { sealLine } from "../src/sealed-line.ts";
import { temporaryFolder, type Folder } from "./folder.ts";
import { ann, portable } from "./samples.ts";

const SECRET = "a secret recipe";

/** A bundle of ten entries: twelve lines. */
async function makeBundle(folder: Folder): Promise<string[]> {
  const store = folder.store();
  await store.restore(
    Array.from({ length: 10 }, (_, i) =>
      portable(ann, `key-${i}`, { value: SECRET, text: SECRET }),
    ),
  );
  await exportBundle(store, folder.bundle);
  return folder.lines();
}

describe("a damaged bundle", () => {
  it.each<[string, RegExp, (lines: string[]) => string[]]>([
    ["misses a line", /missing, doubled or moved/, (lines) => lines.toSpliced(4, 1)],
    ["has a line twice", /missing, doubled or moved/, (lines) => lines.toSpliced(4, 0, lines[4]!)],
    [
      "has lines in another order",
      /missing, doubled or moved/,
      (lines) => lines.with(4, lines[5]!).with(5, lines[4]!),
    ],
    ["misses its end", /ends after line 11/, (lines) => lines.slice(0, -1)],
    ["goes on after its end", /line 13 comes after its end/, (lines) => [...lines, lines[3]!]],
    [
      "has a changed line",
      /line 5 is not as it was written/,
      (lines) => lines.with(4, lines[4]!.replace("recipe", "recipes")),
    ],
    ["has an empty line", /line 3 is not as it was written/, (lines) => lines.toSpliced(2, 0, "")],
    [
      "has a line of something else",
      /line 3 is not as it was written/,
      (lines) => lines.with(2, "{}"),
    ],
    [
      "has a changed first line",
      /line 1 is not as it was written/,
      (lines) => lines.with(0, lines[0]!.replace("1}", "1 }")),
    ],
    ["begins with something else", /line 1 does not begin a bundle/, (lines) => lines.slice(1)],
    ["is empty", /line 1 does not begin a bundle/, () => []],
  ])("that %s is refused before anything is imported", async (_, says, damage) => {
    await using folder = await temporaryFolder();
    await folder.writeLines(damage(await makeBundle(folder)));
    expect(await refusalOf(folder)).toMatch(says);
  });

  it.each([1, 2, 100])("that is cut short by %i bytes is refused", async (bytes) => {
    await using folder = await temporaryFolder();
    await makeBundle(folder);
    const { length } = await readFile(folder.bundle);
    await truncate(folder.bundle, length - bytes);
    expect(await refusalOf(folder)).toMatch(/line 12 is cut short/);
  });

  it("is refused whichever of its bytes is another", async () => {
    await using folder = await temporaryFolder();
    await makeBundle(folder);
    const content = await readFile(folder.bundle);
    const bit = fc.record({ at: fc.nat(content.length - 1), bit: fc.nat(7) });
    await fc.assert(
      fc.asyncProperty(bit, async (flipped) => {
        const bytes = Buffer.from(content);
        bytes[flipped.at]! ^= 1 << flipped.bit;
        await writeFile(folder.bundle, bytes);
        expect(await refusalOf(folder)).toMatch(/is damaged/);
      }),
      { numRuns: 60 },
    );
  });

  it.each(["first", "last"])(
    "is refused whichever byte of its %s line is another",
    async (which) => {
      await using folder = await temporaryFolder();
      const lines = await makeBundle(folder);
      const content = await readFile(folder.bundle);
      const line = Buffer.byteLength(`${which === "first" ? lines[0] : lines.at(-1)}\n`);
      const start = which === "first" ? 0 : content.length - line;
      for (let bit = start * 8; bit < (start + line) * 8; bit++) {
        const bytes = Buffer.from(content);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        await writeFile(folder.bundle, bytes);
        expect(await refusalOf(folder)).toMatch(/is damaged/);
      }
    },
  );

  it("with something after its end is refused", async () => {
    await using folder = await temporaryFolder();
    await makeBundle(folder);
    await appendFile(folder.bundle, "\n");
    expect(await refusalOf(folder)).toMatch(/line 13 comes after its end/);
  });
});

describe("a bundle of a later version", () => {
  it("is refused before anything is imported", async () => {
    await using folder = await temporaryFolder();
    const lines = await makeBundle(folder);
    const newer = sealed({ format: "mem-bundle", formatVersion: 2 });
    await folder.writeLines(lines.with(0, newer));
    const store = folder.store();
    await expect(importBundle(store, folder.bundle)).rejects.toMatchObject({
      code: "MEM_FORMAT",
      message: expect.stringContaining("line 1"),
    });
    expect(await store.count(ann)).toBe(0);
  });
});

describe("a sound line that no store has written", () => {
  it.each<[string, RegExp, (fields: Record<string, unknown>) => object]>([
    ["a field of its own", /line 5 has a field/, (fields) => ({ ...fields, colour: "red" })],
    [
      "a vector of no known length",
      /line 5 has a vector/,
      (fields) => ({ ...fields, vector: "AAAA" }),
    ],
    ["no key", /entry\.key/, (fields) => ({ ...fields, key: undefined })],
  ])("with %s is refused", async (_, says, change) => {
    await using folder = await temporaryFolder();
    const lines = await makeBundle(folder);
    const { crc: _crc, ...fields } = JSON.parse(lines[4]!) as Record<string, unknown>;
    await folder.writeLines(resealed(lines.with(4, sealed(change(fields)))));
    const store = folder.store();
    await expect(importBundle(store, folder.bundle)).rejects.toThrow(says);
    expect(await store.count(ann)).toBe(0);
  });
});

/** Expects the bundle to be refused and nothing of it to be imported; resolves with the reason. */
async function refusalOf(folder: Folder): Promise<string> {
  const store = folder.store();
  const refusal = await importBundle(store, folder.bundle).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "MEM_CORRUPT", outcome: "not-applied" });
  expect((refusal as Error).message).not.toContain(SECRET);
  expect(await store.count(ann)).toBe(0);
  await store.close();
  return (refusal as Error).message;
}

/** The lines with an end that fits them. */
function resealed(lines: readonly string[]): string[] {
  const before = lines.slice(0, -1);
  const bytes = Buffer.from(before.map((line) => `${line}\n`).join(""));
  const sha256 = hash("sha256", bytes);
  return [...before, sealed({ end: true, entries: before.length - 1, sha256 })];
}

function sealed(content: object): string {
  return sealLine(content).trimEnd();
}
