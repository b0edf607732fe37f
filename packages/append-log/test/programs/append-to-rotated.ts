// Appends numbered lines to a file that is rotated, several in a call, until the test has enough, and notes all that
// count in another file.
import { existsSync, openSync, writeSync } from "node:fs";

import { LineFile, type Durability } from "../../src/index.ts";
import { rotationOf } from "../rotating.ts";

const [path = "", name = "", notes = "", durability = "disk"] = process.argv.slice(2);
const noted = openSync(notes, "a");
const file = new LineFile({
  path,
  durability: durability as Durability,
  rotation: rotationOf(path),
});
for (let n = 0; !existsSync(`${path}.enough`);) {
  const ids = Array.from({ length: 1 + (n % 3) }, () => `${name}-${n++}`);
  const lines = ids.map((id) => JSON.stringify({ id, pad: "x".repeat((n * 37) % 300) }));
  const { offsets, failure } = await file.append(lines);
  for (const id of ids.slice(0, offsets.length)) writeSync(noted, `${id}\n`);
  if (failure !== undefined) throw failure;
}
await file.close();
