import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { syncDirectory, writeFileDurably } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("a file is replaced as a whole, and nothing else is left in the folder", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "state.json");
  await writeFileDurably(path, '{"version":1}');
  await writeFileDurably(path, Buffer.from('{"version":2}'));
  expect(readFileSync(path, "utf8")).toBe('{"version":2}');
  expect(readdirSync(folder)).toEqual(["state.json"]);
});

test("writers at the same time leave what one of them wrote", async () => {
  const path = join(temporaryFolder(), "state.json");
  const texts = Array.from({ length: 10 }, (_, n) => `${n}`.repeat(10_000));
  await Promise.all(texts.map((text) => writeFileDurably(path, text)));
  expect(texts).toContain(readFileSync(path, "utf8"));
});

test("what fails leaves no temporary file", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "state.json"));
  await expect(writeFileDurably(join(folder, "state.json"), "x")).rejects.toMatchObject({
    code: "LOG_NOT_A_FILE",
    outcome: "not-applied",
  });
  expect(readdirSync(folder)).toEqual(["state.json"]);
});

test("a folder that is not there cannot be put on disk", async () => {
  const missing = join(temporaryFolder(), "missing");
  await expect(syncDirectory(missing)).rejects.toMatchObject({ code: "LOG_IO" });
});
