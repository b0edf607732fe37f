// Increments a counter in a shared log by compare-and-set and notes every increment that held.
// Seals the segment now and then, and drops the segments that nobody needs.
import { openSync, writeSync } from "node:fs";

import { openSharedLog } from "../../src/index.ts";

const [directory = "", acknowledged = "", count = "0", sealEvery = "0"] = process.argv.slice(2);
const notes = openSync(acknowledged, "a");
let current = { version: "", value: 0 };

await using log = await openSharedLog({
  directory,
  onFrame({ position, payload }) {
    const { after, value } = JSON.parse(payload) as { after: string; value: number };
    if (after !== current.version) return false;
    current = { version: position, value };
    return true;
  },
});

for (let held = 0; held < Number(count);) {
  await log.catchUp();
  const { version, value } = current;
  if (!(await log.append(JSON.stringify({ after: version, value: value + 1 })))) continue;
  writeSync(notes, "x");
  held += 1;
  if (held % Number(sealEvery) === 0) await log.seal();
}
