import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readJsonl, readMarkdownFolder, type SourceDocument } from "../src/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-sources-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(documents: AsyncIterable<SourceDocument>): Promise<SourceDocument[]> {
  const found: SourceDocument[] = [];
  for await (const document of documents) found.push(document);
  return found;
}

async function textOf(text: string): Promise<string | undefined> {
  await writeFile(join(folder, "a.md"), text);
  return (await read(readMarkdownFolder(folder)))[0]?.text;
}

describe("a folder of Markdown", () => {
  it("gives its files in the order of their paths", async () => {
    await mkdir(join(folder, "deep"));
    await mkdir(join(folder, ".hidden"));
    await writeFile(join(folder, "b.md"), "---\nauthor: x\n---\n# Second\n\nText.");
    await writeFile(join(folder, "deep", "a.markdown"), "No heading.");
    await writeFile(join(folder, ".hidden", "c.md"), "secret");
    await writeFile(join(folder, "notes.txt"), "not Markdown");
    expect(await read(readMarkdownFolder(folder))).toEqual([
      { id: "b.md", text: "# Second\n\nText.", title: "Second", path: "b.md" },
      {
        id: "deep/a.markdown",
        text: "No heading.",
        title: "deep/a.markdown",
        path: "deep/a.markdown",
      },
    ]);
  });

  it("may hold folders that are named like files, links, and byte order marks", async () => {
    await mkdir(join(folder, "x.md"));
    await writeFile(join(folder, "x.md", "inner.md"), "\uFEFF---\na: b\n---\nInner.");
    await symlink(join(folder, "x.md", "inner.md"), join(folder, "link.md"));
    const found = await read(readMarkdownFolder(folder));
    expect(found.map(({ id, text }) => [id, text])).toEqual([
      ["link.md", "Inner."],
      ["x.md/inner.md", "Inner."],
    ]);
  });

  it("may hold what is nested deeper than anybody reads", async () => {
    const text = `${"> ".repeat(20_000)}x\n\n# Voice\n`;
    await writeFile(join(folder, "a.md"), text);
    expect(await read(readMarkdownFolder(folder))).toEqual([
      { id: "a.md", text, title: "Voice", path: "a.md" },
    ]);
  });

  it("is not left by what it holds: dependencies, hidden folders, links round in a circle", async () => {
    await mkdir(join(folder, "deep", "node_modules"), { recursive: true });
    await mkdir(join(folder, ".git"));
    await writeFile(join(folder, "deep", "node_modules", "a.md"), "theirs");
    await writeFile(join(folder, ".draft.md"), "hidden");
    await writeFile(join(folder, "deep", "a.md"), "ours");
    await symlink(folder, join(folder, "deep", "round"));
    await symlink(folder, join(folder, "deep", "round.md"));
    // What is skipped is not even looked at.
    await symlink("circle.md", join(folder, ".git", "circle.md"));
    const found = await read(readMarkdownFolder(folder));
    expect(found.map(({ id }) => id)).toEqual(["deep/a.md"]);
  });

  it("is refused where there is none", async () => {
    const missing = join(folder, "missing");
    await expect(read(readMarkdownFolder(missing))).rejects.toMatchObject({
      code: "MEM_NOT_FOUND",
      path: missing,
      message: expect.stringContaining(missing),
    });
    const file = join(folder, "a.md");
    await writeFile(file, "A.");
    await expect(read(readMarkdownFolder(file))).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: file,
    });
    await symlink(missing, join(folder, "broken.md"));
    await expect(read(readMarkdownFolder(folder))).rejects.toMatchObject({
      code: "MEM_NOT_FOUND",
      path: join(folder, "broken.md"),
    });
  });
});

describe("a text that begins with a rule", () => {
  it.each([
    ["keys", "---\ntitle: Voice\ndate: 2026-01-01\n---\nText."],
    ["lists, comments and blank lines", "---\n# who\ntags:\n- a\n  - b\n\nok: 1\n---\nText."],
    ["lines that go on", '---\n"about": >\n  Long and\n  longer.\n---\nText.'],
    ["Windows line ends", "---\r\ntitle: Voice\r\n---\r\nText."],
    ["nothing", "---\n---\nText."],
  ])("loses a block of %s", async (_name, text) => {
    expect(await textOf(text)).toBe("Text.");
  });

  it.each([
    ["prose", "---\nWe are warm and brief.\n\n---\nText."],
    ["a heading", "---\n# Voice\n---\nText."],
    ["a list", "---\n- warm\n- brief\n---\nText."],
    ["a blank line first", "---\n\nNote: be warm.\n\n---\nText."],
    ["keys and then prose", "---\nNote: be warm.\nAnd brief.\n---\nText."],
    ["no end", "---\ntitle: Voice\nText."],
  ])("keeps what is followed by %s", async (_name, text) => {
    expect(await textOf(text)).toBe(text);
  });
});

describe("a file of JSON lines", () => {
  it.each([
    ['{"id":"b"}', "text"],
    ['{"id":1,"text":"B"}', "id"],
    ['{"id":"b","text":"B","title":2}', "title"],
    ['{"id":"b","text":"B","metadata":[1]}', "metadata"],
    ["[1]", "object"],
    ["null", "object"],
    ["{", "JSON"],
  ])("is refused at the first bad one: %s", async (bad, problem) => {
    const file = join(folder, "docs.jsonl");
    await writeFile(file, `{"id":"a","text":"A","meta":{"n":1}}\n\n${bad}\n`);
    const found: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const { id } of readJsonl(file)) found.push(id);
    };
    await expect(reading()).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: `${file}:3`,
      message: expect.stringMatching(new RegExp(`docs.jsonl:3 .*${problem}`)),
    });
    expect(found).toEqual(["a"]);
  });

  it("may begin with a byte order mark and end its lines as Windows does", async () => {
    const file = join(folder, "docs.jsonl");
    await writeFile(file, '\uFEFF{"id":"a","text":"A"}\r\n{"id":"b","text":"B"}\r\n');
    expect(await read(readJsonl(file))).toEqual([
      { id: "a", text: "A", path: "docs.jsonl", place: `${file}:1` },
      { id: "b", text: "B", path: "docs.jsonl", place: `${file}:2` },
    ]);
  });

  it("may have line separators within its strings, lines of any length, and no line end at the end", async () => {
    const file = join(folder, "docs.jsonl");
    const texts = ["one\u2028two\u2029three\u0085four", "long ".repeat(100_000), ""];
    const lines = texts.map((text, i) => JSON.stringify({ id: `${i}`, text }));
    await writeFile(file, lines.join("\n"));
    expect((await read(readJsonl(file))).map(({ text }) => text)).toEqual(texts);
  });

  it("is refused where there is none", async () => {
    const missing = join(folder, "missing.jsonl");
    await expect(read(readJsonl(missing))).rejects.toMatchObject({
      code: "MEM_NOT_FOUND",
      path: missing,
      message: expect.stringContaining(missing),
    });
    await expect(read(readJsonl(folder))).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: folder,
    });
  });
});
