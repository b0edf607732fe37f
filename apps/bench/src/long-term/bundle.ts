import { createReadStream } from "node:fs";
import { exportBundle } from "@mem/bundle";
import type { JsonValue, LongTermStore, PortableEntry } from "@mem/core";
import { toRawRow, type RawRow, type RawTable } from "./raw-table.ts";
import { DIMENSIONS, VECTORS_OF, vectorAt } from "./vectors.ts";
import { memoryAt } from "./workload.ts";

const BATCH = 1000;
const RAW_BATCH = 20_000;
const CHUNK = 2 ** 20;
const START = 1_790_000_000_000;

/** Writes the first `count` memories with their vectors, as a store that holds them would. */
export async function writeBundle(path: string, count: number): Promise<void> {
  const store: Pick<LongTermStore, "embedder" | "entries"> = {
    embedder: async () => ({ model: VECTORS_OF.model, dimensions: DIMENSIONS }),
    entries: async function* entries() {
      for (let from = 0; from < count; from += BATCH) {
        yield Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => entryAt(from + i));
      }
    },
  };
  await exportBundle(store as LongTermStore, path);
}

function entryAt(place: number): PortableEntry {
  const { scope, ...content } = memoryAt(place, 0);
  const at = START + place;
  return {
    scope,
    entry: { ...content, createdAt: at, updatedAt: at, source: "agent" },
    vector: vectorAt(place),
  };
}

/** What one would write by hand to get the same entries into LanceDB: parse, collect, add. Checks nothing. */
export async function addBundle(table: RawTable, path: string): Promise<void> {
  let rows: RawRow[] = [];
  let vectors = new Float32Array(RAW_BATCH * DIMENSIONS);
  const add = async (): Promise<void> => {
    await table.add(rows, vectors.subarray(0, rows.length * DIMENSIONS));
    rows = [];
    vectors = new Float32Array(RAW_BATCH * DIMENSIONS);
  };
  for await (const line of readLines(path)) {
    const { crc, tenantId, agentId, key, value, text, createdAt, vector } = JSON.parse(
      line,
    ) as BundleLine;
    // The first line and the last one are not entries.
    if (vector === undefined) continue;
    const at = rows.length * DIMENSIONS * Float32Array.BYTES_PER_ELEMENT;
    Buffer.from(vectors.buffer).write(vector, at, "base64");
    const memory = { scope: { tenantId, agentId }, key, value, text };
    rows.push(toRawRow(memory, crc, { at: createdAt }));
    if (rows.length === RAW_BATCH) await add();
  }
  if (rows.length > 0) await add();
}

interface BundleLine {
  readonly crc: string;
  readonly tenantId: string;
  readonly agentId: string;
  readonly key: string;
  readonly value: JsonValue;
  readonly text: string;
  readonly createdAt: number;
  readonly vector?: string;
}

async function* readLines(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: CHUNK })) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
