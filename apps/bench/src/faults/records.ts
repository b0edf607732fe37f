import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ExecutionRecord } from "@mem/core";
import { createJsonlRecords } from "@mem/records-jsonl";
import { isAsWritten } from "./record-content.ts";

export interface KillResult {
  readonly kills: number;
  readonly acknowledged: number;
  /** Acknowledged, and not found. */
  readonly lost: number;
  /** Found, and not what was written. */
  readonly damaged: number;
  /** Lines that are no JSON: what a killed writer left of records that it had not acknowledged. */
  readonly tornLines: number;
}

export interface KillOptions {
  readonly runs: number;
  readonly random: () => number;
  readonly onRun?: (run: number) => void;
}

const writer = join(import.meta.dirname, "record-writer.ts");

/**
 * Kills a process that writes records (`kill -9`, at a random moment), again and again on the same files, and then looks
 * for every record that was acknowledged, and at what every record says.
 */
export async function killRecordWriters({ runs, random, onRun }: KillOptions): Promise<KillResult> {
  const folder = await mkdtemp(join(tmpdir(), "mem-faults-"));
  const dir = join(folder, "execution_records");
  const acknowledgedFile = join(folder, "acknowledged");
  try {
    for (let run = 1; run <= runs; run++) {
      await killOnce(dir, acknowledgedFile, 20 + random() * 200);
      onRun?.(run);
    }
    const acknowledged = await readLines(acknowledgedFile);
    const stored = await readRecords(dir);
    return {
      kills: runs,
      acknowledged: acknowledged.length,
      lost: acknowledged.filter((id) => !stored.has(id)).length,
      damaged: [...stored.values()].filter((record) => !isAsWritten(record)).length,
      tornLines: await countTornLines(dir),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Waits until the victim has acknowledged something in this life, then kills it a moment later. */
async function killOnce(dir: string, acknowledged: string, afterMs: number): Promise<void> {
  const before = (await readLines(acknowledged)).length;
  const child = spawn(process.execPath, ["--conditions=@mem/source", writer, dir, acknowledged], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = once(child, "exit");
  while ((await readLines(acknowledged)).length === before) {
    if (child.exitCode !== null)
      throw new Error(`the writer ended by itself, with ${child.exitCode}`);
    await delay(5);
  }
  await delay(afterMs);
  child.kill("SIGKILL");
  await exited;
}

async function readLines(file: string): Promise<string[]> {
  if (!existsSync(file)) return [];
  // The last line may be half written: the victim is killed there, too.
  return (await readFile(file, "utf8")).split("\n").slice(0, -1);
}

async function readRecords(dir: string): Promise<Map<string, ExecutionRecord>> {
  await using store = createJsonlRecords({ dir });
  const records = new Map<string, ExecutionRecord>();
  let cursor: string | undefined;
  do {
    const page = await store.query("default", {
      order: "oldest",
      limit: 1000,
      ...(cursor !== undefined && { cursor }),
    });
    for (const record of page.items) records.set(record.id, record);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return records;
}

async function countTornLines(dir: string): Promise<number> {
  let torn = 0;
  for (const name of await readdir(dir)) {
    if (!name.endsWith(".jsonl")) continue;
    for (const line of (await readFile(join(dir, name), "utf8")).split("\n")) {
      if (line !== "" && !isJson(line)) torn++;
    }
  }
  return torn;
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
