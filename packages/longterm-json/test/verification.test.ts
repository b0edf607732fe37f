import { readFile, writeFile } from "node:fs/promises";
import { createHashingEmbedder } from "@mem/core";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./folder.ts";
import { ann, note } from "./samples.ts";

const place = (key: string): object => ({ tenantId: "acme", agentId: "ann", key });

describe("verification", () => {
  it("names what was changed, lost or added in the file behind the store's back", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    await store.save(ann, [note("a", "marzipan"), note("b", "nougat"), note("c", "praline")]);
    const content = await folder.content();
    await writeFile(
      folder.file,
      content
        .replace('"marzipan"', '"almond"')
        .replace('"key": "b"', '"key": "d"')
        .replace('"version": "3"', '"version": "33"'),
    );
    const { entries, problems } = await store.verify();
    expect(entries).toBe(3);
    expect(problems.map((problem) => problem.place)).toEqual([
      place("a"),
      place("b"),
      place("c"),
      place("d"),
    ]);
    expect(problems.map(({ message }) => message).join()).not.toMatch(
      /marzipan|almond|nougat|praline/,
    );
    await writeFile(folder.file, content);
    expect(await store.verify()).toEqual({ entries: 3, problems: [] });
  });

  it("reports a file that can't be read any more, before it is opened and after", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    await store.save(ann, [note("a", "a secret recipe")]);
    await writeFile(folder.file, (await folder.content()).slice(0, -50));
    expect((await store.verify()).problems).toEqual([
      { message: expect.stringMatching(/memory\.json is damaged/) },
    ]);
    await store.close();
    const again = folder.open();
    const { entries, problems } = await again.verify();
    expect({ entries, count: problems.length }).toEqual({ entries: 0, count: 1 });
    expect(problems[0]?.message).not.toContain("secret");
  });

  it("reports vectors that are others than were made", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open({ embedder: createHashingEmbedder({ dimensions: 16 }) });
    await store.save(ann, [note("a", "one"), note("b", "two")]);
    await store.flush();
    const content = await readFile(folder.vectorFile, "utf8");
    const other = content.replace(/": "[\w+/]{8}/, '": "AAAAPwAA');
    expect(other).not.toBe(content);
    for (const [damage, says] of [
      [other, /^1 vectors in .* were changed/],
      ["{", /memory\.vectors\.json is damaged/],
    ] as const) {
      await writeFile(folder.vectorFile, damage);
      expect(await store.verify()).toEqual({
        entries: 2,
        problems: [{ message: expect.stringMatching(says) }],
      });
    }
  });

  it("takes no save under way for damage", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    const saving = new AbortController();
    const verify = async (): Promise<unknown[]> => {
      const found: unknown[] = [];
      while (!saving.signal.aborted) found.push(...(await store.verify()).problems);
      return found;
    };
    const verifying = Array.from({ length: 5 }, verify);
    for (let i = 0; i < 60; i++) await store.save(ann, [note(`key-${i}`, "one")]);
    saving.abort();
    expect((await Promise.all(verifying)).flat()).toEqual([]);
  });
});
