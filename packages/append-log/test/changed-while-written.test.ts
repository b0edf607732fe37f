import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { openSharedLog, type Damage } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("a frame that is not read back as it was written is reported and appended again", async () => {
  const directory = temporaryFolder();
  const path = join(directory, "0000000001.log");
  const seen: (string | undefined)[] = [];
  const damages: Damage[] = [];
  await using log = await openSharedLog<string, string>({
    directory,
    durability: "process",
    onFrame({ payload, own }) {
      seen.push(own);
      return payload;
    },
    onDamage: (damage) => damages.push(damage),
  });
  await log.append("first", "first");
  const { size } = statSync(path);
  const appended = Promise.all(["a", "b", "c"].map((text) => log.append(text, text)));
  // Up to the write, which another thread does; it ends without this one being told so yet.
  for (let tick = 0; tick < 3; tick++) await new Promise<void>((done) => process.nextTick(done));
  while (statSync(path).size === size);
  writeFileSync(path, readFileSync(path, "latin1").replace(/ a\n/, " x\n"), "latin1");
  appendFileSync(path, "\n");

  expect(await appended).toEqual(["a", "b", "c"]);
  expect(seen).toEqual(["first", "b", "c", "a"]);
  expect(damages).toMatchObject([{ offset: size + 1, reason: "torn-or-changed" }]);
  await using again = await openSharedLog<string>({ directory, onFrame: ({ payload }) => payload });
  expect(again.cursor).toBe(log.cursor);
});
