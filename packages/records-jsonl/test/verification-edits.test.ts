import { readChainTail } from "../src/line/chain-tail.ts";
import { describe, expect, it } from "vitest";
import { createJsonlRecords, type JsonlRecords } from "../src/index.ts";
import {
  editAtRandom,
  randomOf,
  restore,
  trailFiles,
  type Edit,
  type TrailFile,
} from "./fixtures/random-edits.ts";
import { record } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const EDITS = Number(process.env["MEM_EDITS"] ?? 100);
const KEY = "a key of 16 bytes or more";

/** Writes four segments, three of them closed, by eight writers in turn. */
async function writeTrail(open: () => JsonlRecords): Promise<void> {
  let n = 0;
  for (let segment = 1; segment <= 4; segment++) {
    await using one = open();
    await using other = open();
    for (let i = 0; i < 12; i++) await (i % 3 === 0 ? other : one).append([record(n++)]);
    if (segment < 4) await one.rotate();
  }
}

/** Where a missing line has to show: at its writer's next line, or else after its writer's last one. */
function placeOfRemoved(files: readonly TrailFile[], { file, line }: Edit): string | undefined {
  const all = files.flatMap(({ name, lines }) =>
    lines.map((bytes, n) => ({ name, line: n + 1, tail: readChainTail(bytes) })),
  );
  const removed = all.findIndex((each) => each.name === file && each.line === line);
  const writer = all[removed]?.tail?.writer;
  if (writer === undefined) return undefined;
  const isOfWriter = (each: (typeof all)[number]): boolean => each.tail?.writer === writer;
  const next = all.slice(removed + 1).find(isOfWriter);
  if (next !== undefined) return `${next.name}:${next.line - (next.name === file ? 1 : 0)}`;
  const last = all.slice(0, removed).findLast(isOfWriter);
  return last && `${last.name}:${last.line + 1}`;
}

describe.each([
  ["without a key", undefined],
  ["by someone without the key", KEY],
] as const)("a finished trail that was edited %s", (_, key) => {
  it(`is never taken for whole, and the first line that is wrong is named (${EDITS} edits)`, async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    const open = (): JsonlRecords =>
      createJsonlRecords({ dir, durability: "process", ...(key !== undefined && { key }) });
    await writeTrail(open);
    await using store = open();
    const { ok, anchor, records } = await store.verify();
    expect({ ok, records }).toEqual({ ok: true, records: 48 });
    const files = await trailFiles(dir);
    const random = randomOf(20_261_122);
    for (let edit = 0; edit < EDITS; edit++) {
      const done = await editAtRandom(dir, files, random, key !== undefined);
      const { agents, ok: isWhole } = await store.verify({ anchor });
      const first = agents[0]?.problems[0];
      const { what } = done;
      expect({ what, isWhole }).toEqual({ what, isWhole: false });
      const place = `${first?.file}:${first?.line}`;
      if (done.exact) expect({ what, place }).toEqual({ what, place: `${done.file}:${done.line}` });
      const isRemoval = /^line \d+ removed$/.test(what);
      const expected = isRemoval ? placeOfRemoved(files, done) : undefined;
      if (expected !== undefined) expect({ what, place }).toEqual({ what, place: expected });
      await restore(dir, files);
    }
    expect((await store.verify({ anchor })).ok).toBe(true);
  });
});
