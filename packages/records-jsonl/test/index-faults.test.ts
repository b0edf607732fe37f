import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionRecord } from "@mem/core";
import { beforeAll, afterAll, describe, expect, it } from "vitest";
import { indexPath } from "../src/folder/segment-names.ts";
import { readIndex } from "../src/index/index-file.ts";
import { record } from "./fixtures/records.ts";
import {
  askAll,
  linesOf,
  openReader,
  writeCurrent,
  writeEarlier,
  type Question,
  type Reading,
} from "./fixtures/segment-files.ts";
import { temporaryFolder, type TemporaryFolder } from "./fixtures/temporary-folder.ts";

/** Long enough that a few thousand records are worth an index. */
const INPUT = "x".repeat(800);

function recordsFrom(first: number, count: number): ExecutionRecord[] {
  return Array.from({ length: count }, (_, n) => {
    const number = first + n;
    return record(number, {
      input: INPUT,
      workflowId: number % 1000 === 7 ? "rare" : "usual",
      status: number % 500 === 0 ? "error" : "success",
      durationMs: number % 10,
    });
  });
}

const EARLIER = [recordsFrom(0, 2000), recordsFrom(2000, 2000)] as const;
const CURRENT = recordsFrom(4000, 7000);
const ALL = [...EARLIER.flat(), ...CURRENT];
const QUESTIONS: readonly (readonly [Question, (each: ExecutionRecord) => boolean])[] = [
  [{ workflowId: "rare" }, ({ workflowId }) => workflowId === "rare"],
  [{ id: "record-1234" }, ({ id }) => id === "record-1234"],
  [{ id: "record-9999", order: "newest" }, ({ id }) => id === "record-9999"],
  [{ status: "error", limit: 3 }, ({ status }) => status === "error"],
  [
    { since: record(3990).timestamp, until: record(4010).timestamp },
    ({ timestamp }) => timestamp >= record(3990).timestamp && timestamp < record(4010).timestamp,
  ],
];

/** Expects a reader to answer as checking each record would. */
async function expectAnswers(
  { reader }: Pick<Reading, "reader">,
  records: readonly ExecutionRecord[],
): Promise<void> {
  for (const [question, meant] of QUESTIONS) {
    const found = await askAll(reader, question);
    const expected = records.filter(meant).map(({ id }) => id);
    if (question.order === "newest") expected.reverse();
    expect(found.map(({ id }) => id)).toEqual(expected);
  }
  const [stats] = await reader.stats("default", {}, () => {});
  expect(stats?.records).toBe(records.length);
  expect(stats?.statuses["error"]).toBe(records.filter(({ status }) => status === "error").length);
}

interface Layout {
  readonly dir: string;
  readonly current: string;
  /** The indexes of the first segment, the second and the current one. */
  readonly indexes: readonly [string, string, string];
}

let master: TemporaryFolder;

beforeAll(async () => {
  master = await temporaryFolder();
  const { dir } = master;
  await writeEarlier(dir, 1, linesOf(EARLIER[0]));
  await writeEarlier(dir, 2, linesOf(EARLIER[1]), "plain");
  await writeCurrent(dir, 3, linesOf(CURRENT));
});

afterAll(() => master[Symbol.asyncDispose]());

/** Fills a folder with all segments and their indexes, built by a first reader. */
async function indexed(dir: string): Promise<Layout> {
  for (const name of ["strategy~000001.jsonl.gz", "strategy~000002.jsonl", "strategy.jsonl"]) {
    await copyFile(join(master.dir, name), join(dir, name));
  }
  const { reader, folder, indexes } = openReader(dir);
  const file = folder.fileOf("default", "strategy");
  for (const segment of (await folder.segmentsOf(file)).earlier) await indexes.build(file, segment);
  await reader.stats("default", {}, () => {});
  const names = ["strategy~000001.idx", "strategy~000002.idx", "strategy.idx"];
  const paths = names.map((name) => join(dir, ".index", name));
  for (const path of paths) expect(await readIndex(path)).toBeDefined();
  return { dir, current: join(dir, "strategy.jsonl"), indexes: paths as [string, string, string] };
}

async function flipByte(path: string, place: number): Promise<void> {
  await using handle = await open(path, "r+");
  const at = Math.floor(place * ((await handle.stat()).size - 1));
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  byte[0] = (byte[0] as number) ^ 0x10;
  await handle.write(byte, 0, 1, at);
}

const SAME = (): readonly ExecutionRecord[] => ALL;
const FAULTS: readonly (readonly [
  string,
  (layout: Layout) => Promise<void>,
  () => readonly ExecutionRecord[],
])[] = [
  ["is as it was made", async () => {}, SAME],
  ["is gone", ({ indexes }) => removeAll(indexes), SAME],
  [
    "is empty",
    async ({ indexes }) => {
      for (const path of indexes) await truncate(path, 0);
    },
    SAME,
  ],
  [
    "was cut in half",
    async ({ indexes }) => {
      for (const path of indexes) await truncate(path, (await stat(path)).size >> 1);
    },
    SAME,
  ],
  [
    "lacks its last keys",
    async ({ indexes }) => {
      for (const path of indexes) await truncate(path, (await stat(path)).size - 1000);
    },
    SAME,
  ],
  [
    "is another segment's",
    async ({ indexes: [first, second, third] }) => {
      await rename(first, `${first}.x`);
      await rename(second, first);
      await rename(third, second);
      await rename(`${first}.x`, third);
    },
    SAME,
  ],
  [
    "is of a later version",
    async ({ indexes }) => {
      for (const path of indexes) {
        await using handle = await open(path, "r+");
        await handle.write(Buffer.of(99), 0, 1, 4);
      }
    },
    SAME,
  ],
  [
    "is a link or a folder",
    async ({ indexes: [first, second] }) => {
      await rename(first, `${first}.x`);
      await symlink(`${first}.x`, first);
      await rm(second);
      await mkdir(second);
    },
    SAME,
  ],
  [
    "is of what the current file was before others appended",
    ({ current }) => appendFile(current, linesOf(recordsFrom(11_000, 3000))),
    () => [...ALL, ...recordsFrom(11_000, 3000)],
  ],
  [
    "is of what the current file was before it was cut",
    async ({ current }) => {
      await writeCurrent(join(current, ".."), 3, linesOf(CURRENT.slice(0, 2000)));
    },
    () => [...EARLIER.flat(), ...CURRENT.slice(0, 2000)],
  ],
  [
    "is of a current file in whose place other records were written",
    async ({ current }) => {
      await writeCurrent(join(current, ".."), 3, linesOf(recordsFrom(20_000, 8000)));
    },
    () => [...EARLIER.flat(), ...recordsFrom(20_000, 8000)],
  ],
  [
    "is of a current file in whose place another was put",
    async ({ current, dir }) => {
      await mkdir(join(dir, "aside"));
      const aside = await writeCurrent(join(dir, "aside"), 3, linesOf(recordsFrom(20_000, 8000)));
      await rename(aside, current);
      await rm(join(dir, "aside"), { recursive: true });
    },
    () => [...EARLIER.flat(), ...recordsFrom(20_000, 8000)],
  ],
  [
    "is of a current file that was rotated since",
    async ({ current, dir }) => {
      await rename(current, join(dir, "strategy~000003.jsonl"));
      await writeCurrent(dir, 4, linesOf(recordsFrom(11_000, 10)));
    },
    () => [...ALL, ...recordsFrom(11_000, 10)],
  ],
  [
    "is of earlier segments that were written anew",
    async ({ dir }) => {
      await writeEarlier(dir, 1, linesOf(EARLIER[1]));
      await writeEarlier(dir, 2, linesOf(EARLIER[0]), "plain");
    },
    () => [...EARLIER[1], ...EARLIER[0], ...CURRENT],
  ],
  [
    "is of an earlier segment in whose place a backup with the same times was put",
    async ({ dir }) => {
      const path = join(dir, "strategy~000002.jsonl");
      const { atime, mtime } = await stat(path);
      const other = (await readFile(path, "utf8")).replaceAll('"record-2', '"record-9');
      await writeFile(`${path}.backup`, other.replaceAll('"rare"', '"Rare"'));
      await utimes(`${path}.backup`, atime, mtime);
      await rename(`${path}.backup`, path);
    },
    () => [
      ...EARLIER[0],
      ...EARLIER[1].map((each) => ({
        ...each,
        id: each.id.replace("record-2", "record-9"),
        workflowId: (each.workflowId as string).replace("rare", "Rare"),
      })),
      ...CURRENT,
    ],
  ],
  [
    "is of a segment that was dropped",
    ({ dir }) => rm(join(dir, "strategy~000001.jsonl.gz")),
    () => [...EARLIER[1], ...CURRENT],
  ],
];

async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path);
}

describe("an index", () => {
  it.each(FAULTS)("that %s changes no answer, and is made anew", async (_, change, records) => {
    await using folder = await temporaryFolder();
    const layout = await indexed(folder.dir);
    const before = openReader(layout.dir);
    await expectAnswers(before, ALL);
    await change(layout);
    await expectAnswers(before, records());
    await expect(expectAnswers(openReader(layout.dir), records())).resolves.toBeUndefined();
  });

  it("in which any byte was changed changes no answer", async () => {
    await using folder = await temporaryFolder();
    const layout = await indexed(folder.dir);
    const before = openReader(layout.dir);
    for (let n = 0; n < 12; n++) {
      await expectAnswers(before, ALL);
      // The first flip is in the prefix, the last in the keys.
      await flipByte(layout.indexes[n % 3] as string, (n / 11) ** 2);
      const after = n % 2 === 0 ? before : openReader(layout.dir);
      await expect(expectAnswers(after, ALL)).resolves.toBeUndefined();
    }
  });

  it("that can't be written fails nothing, and is kept in memory", async () => {
    await using folder = await temporaryFolder();
    const layout = await indexed(folder.dir);
    await rm(join(layout.dir, ".index"), { recursive: true });
    // Not even root can create a folder where a file is.
    await writeFile(join(layout.dir, ".index"), "");
    await chmod(join(layout.dir, ".index"), 0o400);
    const reading = openReader(layout.dir);
    await expectAnswers(reading, ALL);
    await expectAnswers(reading, ALL);
    expect(await readFile(join(layout.dir, ".index"), "utf8")).toBe("");
  });

  it("is read back whatever its size", async () => {
    await using folder = await temporaryFolder();
    const agentId = "a".repeat(300_000);
    const { folder: records, indexes } = openReader(folder.dir);
    const file = records.fileOf("default", agentId);
    await writeEarlier(folder.dir, 1, linesOf([record(1, { agentId })]), "plain", file.stem);
    for (const segment of (await records.segmentsOf(file)).earlier) {
      await indexes.build(file, segment);
    }
    expect(await readIndex(indexPath(file, 1))).toMatchObject({ agentId });
  });

  it("is not written through a link in the place of its folder", async () => {
    await using folder = await temporaryFolder();
    await using elsewhere = await temporaryFolder();
    const layout = await indexed(folder.dir);
    await rm(join(layout.dir, ".index"), { recursive: true });
    await symlink(elsewhere.dir, join(layout.dir, ".index"));
    await expectAnswers(openReader(layout.dir), ALL);
    await expect(stat(join(elsewhere.dir, "strategy.idx"))).rejects.toMatchObject({
      code: "ENOENT",
    });
  });
});
