import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What precedes the payload of a frame that is neither the first of a segment nor its last. */
const DATA_FRAME = /^[\da-f]{8} data [\da-f]{12} \d+ /;

interface Change {
  readonly writes?: readonly { readonly key: string; readonly value: unknown }[];
}

/** The least work that a log requires: reads and parses all its lines, and keeps the last value of each key. */
export function readLog(folder: string): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const name of readdirSync(folder).toSorted()) {
    for (const line of readFileSync(join(folder, name), "utf8").split("\n")) {
      const [head] = DATA_FRAME.exec(line) ?? [];
      if (head === undefined) continue;
      const { writes = [] } = JSON.parse(line.slice(head.length)) as Change;
      for (const { key, value } of writes) values.set(key, value);
    }
  }
  return values;
}
