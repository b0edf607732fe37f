import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { openSharedLog, readPayloads } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function logOf(payloads: readonly string[]) {
  const directory = temporaryFolder();
  const positions: string[] = [];
  const log = await openSharedLog({
    directory,
    durability: "process",
    onFrame: ({ position }) => void positions.push(position),
  });
  for (const payload of payloads) await log.append(payload);
  return { directory, positions, log };
}

test("a payload is read again by its position, in any order and of any length", async () => {
  const payloads = ["first", "é".repeat(40_000), "x".repeat(2 ** 14 - 30), "", "last"];
  const { directory, positions, log } = await logOf(payloads);
  await log.seal();
  await log.append("in the next segment");
  await log.close();
  const all = [...payloads, "in the next segment"];
  expect(await readPayloads(directory, positions)).toEqual(all);
  expect(await readPayloads(directory, positions.toReversed())).toEqual(all.toReversed());
  expect(await readPayloads(directory, [])).toEqual([]);
});

test("a payload that was dropped, cut off or changed is not handed out", async () => {
  const { directory, positions, log } = await logOf(["dropped"]);
  const next = await log.seal();
  for (const payload of ["kept", "changed", "cut off"]) await log.append(payload);
  await log.dropBefore(next);
  await log.close();
  const path = join(directory, "0000000002.log");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace("changed", "chAnged").replace(/cut off\n$/, "cut"));
  expect(await readPayloads(directory, positions)).toEqual([
    undefined,
    "kept",
    undefined,
    undefined,
  ]);
});

test("what is no place of a frame holds none", async () => {
  const { directory, log } = await logOf(["one"]);
  await log.close();
  const places = ["0000000001-000000000003", "0000000001-000000999999", "0000000009-000000000000"];
  expect(await readPayloads(directory, places)).toEqual([undefined, undefined, undefined]);
  await expect(readPayloads(directory, ["anywhere"])).rejects.toThrow(TypeError);
});
