// Writes the table while it is being compacted, and dies when the write is published and the compaction is not.
import { setTimeout } from "node:timers/promises";
import { systemClock } from "@mem/core";
import { locate } from "../../src/folder/location.ts";
import { openAll } from "../../src/folder/opened-store.ts";
import { listVersions } from "../../src/table/table-files.ts";
import { CurrentEmbedder } from "../../src/vectors/current-embedder.ts";
import { Maintenance } from "../../src/upkeep/maintenance.ts";

const ENTRIES = 5_000;

const [uri = ""] = process.argv.slice(2);
const scope = { tenantId: "acme", agentId: "writer" };
const location = locate(uri);
const clock = systemClock;
const opened = await openAll({
  location,
  language: "english",
  clock,
  embedder: new CurrentEmbedder(undefined),
  takesForeign: false,
  maxUnflushedBytes: 64 << 20,
  cacheBytes: 1 << 20,
  historyDays: undefined,
  report: (message) => console.error(message),
});
const { database, base, writer, log, flusher } = opened;

async function save(from: number, count: number): Promise<void> {
  const writes = Array.from({ length: count }, (_, i) => {
    const key = `key-${from + i}`;
    return { key, value: i, text: `word ${key} ${i % 999}`, source: "agent" } as const;
  });
  await log.append({ kind: "save", at: 1, scope, writes });
}

/** Whether the compaction, or a part of it, has committed. */
async function hasCommitted(): Promise<boolean> {
  return ((await listVersions(location.table))[0] ?? 0) > base.version;
}

for (let i = 0; i < 3; i++) {
  await save(i * ENTRIES, ENTRIES);
  await flusher.flush();
}
// Maintenance that has not compacted for a long time.
const maintenance = new Maintenance({ database, base, writer, clock }, 1_000);
await writer.exclusively(() =>
  maintenance.afterFlush(async (since) => {
    while (!(await hasCommitted())) await setTimeout(5);
    await save(3 * ENTRIES, 1);
    await flusher.write({ onlyAdding: true, since });
    process.kill(process.pid, "SIGKILL");
    await setTimeout(60_000);
  }),
);
