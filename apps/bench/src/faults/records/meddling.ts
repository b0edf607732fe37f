import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ExecutionRecord } from "@mem/core";
import type { Fault, FaultReport, Strike } from "../lab/fault.ts";
import type { Finding, Problem } from "../lab/finding.ts";
import { AGENTS, isAsWritten, recordOf } from "./content.ts";
import { openLabRecords, type LabTrail } from "./lab-records.ts";
import { Writer } from "./writers.ts";

const ROTATE_BYTES = 64 << 10;
const LONGEST_MS = 250;
const NEW_MS = 150;
/** The codes with which a call may be refused while its file is not a file. */
const HONEST: ReadonlySet<string> = new Set([
  "MEM_CORRUPT",
  "MEM_UNAVAILABLE",
  "MEM_PARTIAL",
  "MEM_CAPACITY",
]);

type Meddling = "moved" | "truncated" | "deleted" | "a link" | "a folder";
const MEDDLINGS: readonly Meddling[] = ["moved", "truncated", "deleted", "a link", "a folder"];

export const meddling: Fault = {
  name: "meddling",
  about:
    "files are moved, truncated, deleted, or replaced by links and folders while they are written",
  runs: 100,
  secondsPerRun: 1.5,
  strike: meddle,
};

async function meddle(strike: Strike): Promise<FaultReport> {
  const findings: Finding[] = [];
  const did = { times: strike.runs, acknowledged: 0, refused: 0 };
  for (let run = 1; run <= strike.runs; run++) {
    const problems = await meddleOnce(strike, run, did);
    findings.push(...problems.map((problem) => ({ ...problem, run })));
    strike.onRun?.(run);
  }
  return { did, findings };
}

async function meddleOnce(
  { subject, folder, random }: Strike,
  run: number,
  did: { acknowledged: number; refused: number },
): Promise<Problem[]> {
  const home = join(folder, `run-${run}`);
  const outside = join(home, "outside");
  mkdirSync(outside, { recursive: true });
  writeFileSync(join(outside, "target"), "");
  const trail: LabTrail = { dir: join(home, "trail"), rotateBytes: ROTATE_BYTES };
  const kind = MEDDLINGS[run % MEDDLINGS.length] as Meddling;
  const file = join(trail.dir, `${AGENTS[Math.floor(random() * AGENTS.length)]}.jsonl`);
  const writer = new Writer({
    ...trail,
    subject,
    journal: join(home, "journal"),
    name: `m${run}`,
    seed: Math.floor(random() * 2 ** 32),
    lanes: 3,
    mix: { append: 12, appendMany: 2 },
  });
  const problems: Problem[] = [];
  const tell = (found: Problem["kind"], message: string): void => {
    problems.push({ kind: found, message: `${kind}: ${message}` });
  };
  try {
    writer.order("go");
    await writer.acknowledged();
    await delay(random() * LONGEST_MS);
    while (!existsSync(file)) await delay(5);
    // Without an anchor, nobody can know that a chain which is gone as a whole ever existed.
    const known = writer.told();
    const watcher = openLabRecords(subject, trail);
    const anchor = await watcher.anchor();
    await watcher.close();
    const away = change(kind, file, outside);
    const isBlocked = kind === "a link" || kind === "a folder";
    const before = [...known, ...writer.told()];
    await delay(NEW_MS);
    if (isBlocked) away.push(...unblock(file, outside));
    const during = writer.told();
    await delay(NEW_MS);
    await writer.rest();
    const after = writer.told();
    await writer.end();
    const refused = [...before, ...during, ...after].filter((line) => line.is === "refused");
    did.refused += refused.length;
    for (const { code, message } of refused) {
      if (!isBlocked || !HONEST.has(code)) tell("failed call", `${code} ${message}`);
    }
    const stored = (lines: typeof after): string[] =>
      lines.flatMap((line) => (line.is === "stored" ? line.ids : []));
    did.acknowledged += stored([...before, ...during, ...after]).length;

    const kept = away.flatMap(readLines);
    const records = openLabRecords(subject, trail);
    const served: ExecutionRecord[] = [];
    for (const agentId of AGENTS) served.push(...(await records.readAll(agentId)));
    const found = [...kept, ...served];
    const ids = new Set(found.map(({ id }) => id));
    const inTrail = new Set(served.map(({ id }) => id));
    for (const record of found) if (!isAsWritten(record)) tell("wrong data", record.id);
    // If the file is gone for good, so are the records in it from before.
    const isGone = kind === "truncated" || kind === "deleted";
    const certain = isGone ? stored(after) : stored([...before, ...during, ...after]);
    for (const id of certain) if (!ids.has(id)) tell("lost", `${id} was acknowledged`);
    const path = file.slice(trail.dir.length + 1);
    const missing = stored(known).filter(
      (id) => `${recordOf(id).agentId}.jsonl` === path && !inTrail.has(id),
    );
    const objections = await records.objections(anchor);
    if (missing.length > 0 && objections.length === 0) {
      tell("unnoticed", `${missing.length} records are gone, and verify reports nothing`);
    }
    await records.close();
    if (readFileSync(join(outside, "target"), "utf8") !== "") {
      tell("escaped", "something was written through a link");
    }
  } catch (error) {
    tell("stuck", String(error));
  } finally {
    writer[Symbol.dispose]();
  }
  return problems;
}

/** Does what anyone with a shell can do; returns where the files are now that were moved out of the way. */
function change(kind: Meddling, file: string, outside: string): string[] {
  switch (kind) {
    case "moved":
      return [moveAway(file, outside)];
    case "truncated":
      truncateSync(file, 0);
      return [];
    case "deleted":
      rmSync(file);
      return [];
    case "a link":
      return block(file, outside, () => symlinkSync(join(outside, "target"), file));
    case "a folder":
      return block(file, outside, () => mkdirSync(file));
  }
}

/** The writer may make a new file before something else takes its place: then that file is moved away, too. */
function block(file: string, outside: string, put: () => void): string[] {
  const away: string[] = [];
  for (;;) {
    if (existsSync(file)) away.push(moveAway(file, outside));
    try {
      put();
      return away;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Moves away what takes a file's place; a rotation may have put a file there that counts. */
function unblock(file: string, outside: string): string[] {
  const away = moveAway(file, outside);
  return lstatSync(away).isFile() ? [away] : [];
}

function moveAway(file: string, outside: string): string {
  const away = join(outside, `moved-${readdirSync(outside).length}.jsonl`);
  renameSync(file, away);
  return away;
}

function readLines(path: string): ExecutionRecord[] {
  // Read by hand, as the file is outside the trail: the records without what chains them.
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.startsWith('{"id":'))
    .flatMap((line) => {
      try {
        const {
          writer: _,
          sequence: __,
          previous: ___,
          digest: ____,
          ...record
        } = JSON.parse(line) as ExecutionRecord & Readonly<Record<string, unknown>>;
        return [record];
      } catch {
        return [];
      }
    });
}
