import { createReadStream, existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { createJsonlRecords } from "@mem/records-jsonl";
import { NEVER } from "./ours.ts";
import type { Form, Trail } from "./trails.ts";
import { AGENT, recordAt, TENANT, workflowAt } from "./workload.ts";

const BATCH = 1000;
/** The approximate size of a line; the workflows of records are chosen by it before there are any. */
const LINE_BYTES = 549;

/** Writes a trail of about this many bytes, and beside it how large it has become. */
export async function makeTrail(folder: string, form: Form, bytes: number): Promise<void> {
  const dir = join(folder, "trail");
  const count = Math.ceil(bytes / LINE_BYTES / BATCH) * BATCH;
  const store = createJsonlRecords({
    dir,
    durability: "process",
    ...(form === "one file" && { rotate: NEVER }),
  });
  for (let at = 0; at < count; at += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, i) => recordAt(at + i, count));
    await store.append(batch);
  }
  await store.flush();
  // Builds the index of the current file.
  await store.query(TENANT, {
    agentId: AGENT,
    workflowId: workflowAt(0, count),
    order: "oldest",
    limit: 1,
  });
  await store.close();
  const made: Omit<Trail, "dir" | "file"> = {
    count,
    bytes: await unpackedSize(dir),
    diskBytes: sizeOf(dir),
    indexBytes: sizeOf(join(dir, ".index")),
  };
  writeFileSync(join(folder, "trail.json"), JSON.stringify(made));
}

function sizeOf(folder: string): number {
  // An index may not have been written yet.
  if (!existsSync(folder)) return 0;
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(folder, entry.name)).size;
  }
  return bytes;
}

/** The size of all lines, in bytes. */
async function unpackedSize(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name.endsWith(".jsonl")) bytes += statSync(path).size;
    if (!name.endsWith(".gz")) continue;
    await pipeline(createReadStream(path), createGunzip(), async (chunks) => {
      for await (const chunk of chunks) bytes += (chunk as Buffer).length;
    });
  }
  return bytes;
}
