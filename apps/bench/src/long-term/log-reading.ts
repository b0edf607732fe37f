import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What precedes the payload of a frame that is neither the head of a segment nor its end. */
const DATA_FRAME = /^[\da-f]{8} data [\da-f]{12} \d+ /;

interface Change {
  readonly writes?: readonly { readonly key: string; readonly value: unknown }[];
}

/** The least that a log asks for: all of its lines are read and parsed; the last value of each key. */
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
