// Appends numbered lines with several writers and notes every acknowledged one in another file.
import { openSync, writeSync } from "node:fs";

import { createLineAppender } from "../../src/index.ts";

const [path = "", name = "", count = "0", writers = "1", padding = "0", acknowledged] =
  process.argv.slice(2);
const notes = acknowledged === undefined ? undefined : openSync(acknowledged, "a");
await using appender = createLineAppender({ path });
let next = 0;

async function write(): Promise<void> {
  while (next < Number(count)) {
    const id = `${name}-${next++}`;
    await appender.append(JSON.stringify({ id, pad: "x".repeat(Number(padding)) }));
    if (notes !== undefined) writeSync(notes, `${id}\n`);
  }
}

await Promise.all(Array.from({ length: Number(writers) }, write));
