import { cp, open, readdir, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { LongTermEntry } from "@mem/core";
import { startWorker, type WorkerProcess } from "../../worker-process.ts";
import { contentOf, isAsWritten } from "./content.ts";
import type { Fault, FaultReport, Strike } from "../lab/fault.ts";
import type { Finding, Problem } from "../lab/finding.ts";
import type { Reading, tasks } from "./store-process.ts";

type StoreProcess = WorkerProcess<typeof tasks>;

const MODULE = join(import.meta.dirname, "store-process.ts");
const KEYS = Array.from({ length: 40 }, (_, i) => `key-${i}`);
/** The error codes that may report damage instead of returning data. */
const HONEST = new Set(["MEM_CORRUPT", "MEM_FORMAT", "MEM_UNAVAILABLE"]);
const DEADLINE_MS = 30_000;

export const flips: Fault = {
  name: "flips",
  about: "a byte of a closed store is changed, anywhere; nothing wrong may be returned",
  runs: 1_000,
  secondsPerRun: 0.25,
  strike: flipBytes,
};

async function flipBytes(strike: Strike): Promise<FaultReport> {
  const { subject, runs, random, folder, onRun } = strike;
  const pristine = [
    await makeStore(strike, "flushed", { flushAfter: KEYS.length }),
    await makeStore(strike, "half-flushed", { flushAfter: KEYS.length / 2 }),
  ];
  const findings: Finding[] = [];
  const did = { flips: runs, "read intact": 0, reported: 0 };
  const uri = join(folder, "damaged");
  let reader = startWorker<typeof tasks>(MODULE);
  try {
    for (let run = 1; run <= runs; run++) {
      const source = pristine[run % pristine.length] as string;
      await rm(uri, { recursive: true, force: true });
      await cp(source, uri, { recursive: true });
      const place = await flip(uri, random);
      let problems: Problem[];
      try {
        const reading = await withDeadline(readOnce(reader, { subject, uri }));
        problems = judge(reading);
        did[isWhole(reading) ? "read intact" : "reported"]++;
      } catch (error) {
        // The reader crashed, or never answered.
        await reader[Symbol.asyncDispose]();
        reader = startWorker<typeof tasks>(MODULE);
        problems = [{ kind: "stuck", message: String(error) }];
      }
      for (const { kind, message } of problems) {
        findings.push({ kind, run, message: `${place}: ${message}` });
      }
      onRun?.(run);
    }
  } finally {
    await reader[Symbol.asyncDispose]();
  }
  return { did, findings };
}

/** A store with every key that nobody has open; what was saved after the flush stays where saves put it. */
async function makeStore(
  { subject, folder }: Strike,
  name: string,
  { flushAfter }: { readonly flushAfter: number },
): Promise<string> {
  const uri = join(folder, name);
  await using writer = startWorker<typeof tasks>(MODULE);
  await writer.ask("open", { subject, uri });
  const write = (key: string) => contentOf(key, `${name}.${key}`);
  await writer.ask("saveAll", KEYS.slice(0, flushAfter).map(write));
  await writer.ask("flush", undefined);
  if (flushAfter < KEYS.length) await writer.ask("saveAll", KEYS.slice(flushAfter).map(write));
  // Closing the store would flush the rest.
  if (flushAfter === KEYS.length) await writer.ask("close", undefined);
  return uri;
}

/** Changes one byte of one file. Half of the time, every file is equally likely; otherwise every byte is. */
async function flip(uri: string, random: () => number): Promise<string> {
  const files: { readonly path: string; readonly size: number }[] = [];
  for (const entry of await readdir(uri, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const { size } = await stat(path);
    if (size > 0) files.push({ path, size });
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const isByFile = random() < 0.5;
  const all = files.reduce((sum, { size }) => sum + size, 0);
  let at = Math.floor(random() * all);
  let file = files[Math.floor(random() * files.length)];
  if (!isByFile) {
    file = files.find(({ size }) => {
      at -= size;
      return at < 0;
    });
  }
  if (file === undefined) throw new Error(`${uri} holds no file`);
  const position = Math.floor(random() * file.size);
  const mask = random() < 0.5 ? 1 << Math.floor(random() * 8) : 1 + Math.floor(random() * 255);
  const handle = await open(file.path, "r+");
  try {
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, position);
    await handle.write(Buffer.of(byte.readUInt8(0) ^ mask), 0, 1, position);
  } finally {
    await handle.close();
  }
  return `${relative(uri, file.path)} at ${position} of ${file.size} ^ ${mask}`;
}

async function readOnce(
  reader: StoreProcess,
  place: Parameters<(typeof tasks)["open"]>[0],
): Promise<Reading> {
  await reader.ask("open", place);
  const reading = await reader.ask("read", KEYS);
  await reader.ask("close", undefined);
  return reading;
}

async function withDeadline<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  const late = new AbortController();
  try {
    return await Promise.race([
      promise,
      delay(DEADLINE_MS, undefined, { signal: late.signal }).then(() => {
        throw new Error(`no answer in ${DEADLINE_MS / 1000} s`);
      }),
    ]);
  } finally {
    late.abort();
  }
}

function isWhole({ got, listed, found, count, complaints }: Reading): boolean {
  return (
    complaints.length === 0 &&
    [got, listed, found].every((all) => "value" in all && isComplete(all.value)) &&
    "value" in count &&
    count.value === KEYS.length
  );
}

function isComplete(entries: readonly (LongTermEntry | null)[]): boolean {
  return entries.filter((entry) => entry !== null).length === KEYS.length;
}

/** Everything returned has to be what was written; everything that is not returned has to be reported. */
function judge(reading: Reading): Problem[] {
  const problems: Problem[] = [];
  const { got, listed, found, count, complaints } = reading;
  for (const [name, all] of Object.entries({ get: got, list: listed, search: found })) {
    if ("code" in all) {
      if (!HONEST.has(all.code)) {
        problems.push({ kind: "failed call", message: `${name}: ${all.code} ${all.message}` });
      }
      continue;
    }
    for (const entry of all.value) {
      if (entry === null || isKnown(entry)) continue;
      problems.push({ kind: "wrong data", message: `${name} returned ${entry.key} altered` });
    }
    if (!isComplete(all.value) && complaints.length === 0) {
      problems.push({
        kind: "unnoticed",
        message: `${name} misses entries, and nothing reports it`,
      });
    }
  }
  if ("value" in count && count.value !== KEYS.length && complaints.length === 0) {
    problems.push({
      kind: "unnoticed",
      message: `count is ${count.value}, and nothing reports it`,
    });
  }
  return problems;
}

function isKnown(entry: LongTermEntry): boolean {
  const { operation } = entry.value as { readonly operation?: unknown };
  const names = [`flushed.${entry.key}`, `half-flushed.${entry.key}`];
  return names.some((name) => name === operation) && isAsWritten(entry);
}
