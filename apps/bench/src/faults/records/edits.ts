import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createJsonlRecords, type JsonlRecords } from "@mem/records-jsonl";
import {
  verifyTrail,
  type TrailAnchor,
  type TrailProblem,
} from "../../records/trail-verification.ts";
import type { Fault, FaultReport, Strike } from "../lab/fault.ts";
import type { Finding } from "../lab/finding.ts";
import { idOf, newRecord, TENANT } from "./content.ts";
import { EDITS, type EditedFile, type Expected } from "./edit-kinds.ts";
import { linesOf, readTrails } from "./trail-files.ts";

const KEY = "the key of the lab, which whoever edits does not have";
const WRITERS = 3;
const SEGMENTS = 4;
const LINES = 25;

export const edits: Fault = {
  name: "edits",
  about: "somebody without the key edits a finished trail: verify names the line",
  runs: 1_000,
  secondsPerRun: 0.03,
  strike: editTrails,
};

async function editTrails({ runs, random, folder, onRun }: Strike): Promise<FaultReport> {
  const findings: Finding[] = [];
  const did = { edits: 0, "at a known line": 0 };
  const finished = [await finish(folder, true), await finish(folder, false)];
  const dir = join(folder, "edited");
  for (let run = 1; run <= runs; run++) {
    const { dir: source, anchor } = finished[run % finished.length] as Finished;
    rmSync(dir, { recursive: true, force: true });
    cpSync(source, dir, { recursive: true });
    const expected = edit(dir, random);
    did.edits++;
    if (expected.lines.length > 0) did["at a known line"]++;
    const problems = await verify(dir, anchor);
    const finding = judge(expected, problems);
    if (finding !== undefined) findings.push({ ...finding, run });
    onRun?.(run);
  }
  return { did, findings };
}

interface Finished {
  readonly dir: string;
  readonly anchor: TrailAnchor;
}

/** A trail of several writers with segments, an erasure, and a current file. */
async function finish(folder: string, compress: boolean): Promise<Finished> {
  const dir = join(folder, compress ? "packed" : "plain");
  const open = (): JsonlRecords => createJsonlRecords({ dir, key: KEY, compress });
  const stores = Array.from({ length: WRITERS }, open);
  const [store = open()] = stores;
  try {
    let count = 0;
    for (let segment = 0; segment <= SEGMENTS; segment++) {
      for (let line = 0; line < LINES; line++) {
        const name = `${compress ? "packed" : "plain"}-${count++}`;
        const id = line === 3 ? idOf(name, `person-${segment}`) : name;
        const record = newRecord(id);
        // Short ones, as there are a thousand edits.
        await stores[line % WRITERS]?.append([{ ...record, output: { text: "ä short text" } }]);
      }
      if (segment < SEGMENTS) await store.rotate();
    }
    await store.erase({ tenantId: TENANT, subject: "person-1" });
    const { ok, anchor, agents } = await verifyTrail(store, TENANT);
    if (!ok) throw new Error(`The trail is not whole: ${JSON.stringify(agents)}`);
    return { dir, anchor };
  } finally {
    await Promise.all(stores.map((each) => each.close()));
  }
}

async function verify(dir: string, anchor: TrailAnchor): Promise<readonly TrailProblem[]> {
  await using store = createJsonlRecords({ dir, key: KEY });
  const { ok, agents } = await verifyTrail(store, TENANT, anchor);
  const problems = agents.flatMap((agent) => agent.problems);
  return ok ? [] : problems;
}

/** Changes one file; returns what has to be reported. */
function edit(dir: string, random: () => number): Expected {
  const files = [...readTrails(dir).values()].flat().map(({ label, segment, content }) => ({
    label,
    isCurrent: segment === Infinity,
    lines: linesOf(content).map(({ bytes }) => bytes.toString("latin1")),
  }));
  for (;;) {
    const file = files[Math.floor(random() * files.length)] as EditedFile;
    const before = file.lines.join("\n");
    const kind = EDITS[Math.floor(random() * EDITS.length)] as (typeof EDITS)[number];
    const expected = kind(file, random, files);
    if (expected === undefined || file.lines.join("\n") === before) continue;
    const bytes = Buffer.from(file.lines.map((line) => `${line}\n`).join(""), "latin1");
    writeFileSync(join(dir, file.label), file.label.endsWith(".gz") ? gzipSync(bytes) : bytes);
    return expected;
  }
}

/** The edit has to be reported at one of the right lines, and nothing before them may be reported. */
function judge(
  { what, label, lines }: Expected,
  problems: readonly TrailProblem[],
): Omit<Finding, "run"> | undefined {
  const told = problems.map(({ kind, file, line }) => `${kind} ${file}:${line}`).join(", ");
  if (problems.length === 0) return { kind: "unnoticed", message: `${label}: ${what}` };
  if (lines.length === 0) return undefined;
  const isRight = problems.some(({ file, line }) => file === label && lines.includes(line));
  const first = Math.min(...lines);
  const isEarly = problems.some(({ file, line }) => file === label && line > 0 && line < first);
  if (isRight && !isEarly) return undefined;
  return { kind: "wrong place", message: `${label}: ${what}; reported: ${told}` };
}
