// Appends numbered frames with several writers and notes every acknowledged one in a file outside
// the log. Seals the segment now and then.
import { openSync, writeSync } from "node:fs";

import { openSharedLog } from "../../src/index.ts";

const [directory = "", name = "", acknowledged = "", writers = "1", padding = "0"] =
  process.argv.slice(2);
const notes = openSync(acknowledged, "a");
await using log = await openSharedLog({ directory, onFrame: ({ position }) => position });
let next = 0;

async function write(): Promise<void> {
  for (;;) {
    const id = `${name}-${next++}`;
    const pad = "x".repeat(next % 10 === 0 ? Number(padding) : 100);
    writeSync(notes, `${await log.append(JSON.stringify({ id, pad }))} ${id}\n`);
    if (next % 500 === 0) await log.seal();
  }
}

await Promise.all(Array.from({ length: Number(writers) }, write));
