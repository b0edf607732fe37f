import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import type { Progress } from "../../progress.ts";
import { createRandom } from "../../random.ts";
import type { Fault, FaultReport } from "./fault.ts";
import { undoAtTheLatest } from "./leftovers.ts";

/** Faults that strike the same thing. */
export interface FaultSuite {
  readonly name: string;
  readonly faults: readonly Fault[];
  /** Short versions against what most people use instead: a fault that finds nothing there would prove nothing here. */
  readonly rawFaults: readonly Fault[];
}

export interface LabOptions {
  /** One of `faultNames`; absent: all of them. */
  readonly only?: string;
  /** How often each fault strikes; absent: its own default. */
  readonly runs?: number;
  readonly seed: number;
  readonly progress: Progress;
}

interface Result {
  readonly fault: Fault;
  readonly isRaw: boolean;
  readonly report: FaultReport;
}

const MOST_SHOWN = 10;
const RAW = "raw";

export function faultNames({ faults }: FaultSuite): string[] {
  return [...faults.map(({ name }) => name), RAW];
}

/** Strikes, prints the result, and resolves with the exit code: 2 if something could not be tried. */
export async function strikeSuite(
  { name: suite, faults, rawFaults }: FaultSuite,
  { only, runs, seed, progress }: LabOptions,
): Promise<number> {
  const chosen = [...faults, ...rawFaults].filter(
    ({ name }) => only === undefined || name === only || (only === RAW && name.startsWith(RAW)),
  );
  const missing = chosen.filter((fault) => fault.unavailable?.() !== undefined);
  const possible = chosen.filter((fault) => !missing.includes(fault));
  const runsOf = (fault: Fault): number =>
    (rawFaults.includes(fault) ? fault.runs : runs) ?? fault.runs;
  const seconds = possible.reduce((sum, each) => sum + runsOf(each) * each.secondsPerRun, 0);
  process.stdout.write(`${suite}: seed ${seed}, about ${describeTime(seconds)}\n`);
  for (const fault of missing) {
    process.stdout.write(`${fault.name} can't be tried here: ${fault.unavailable?.() ?? ""}.\n`);
  }

  const results: Result[] = [];
  for (const fault of possible) {
    const remark = fault.remark?.();
    if (remark !== undefined) process.stdout.write(`${fault.name}: ${remark}\n`);
    const isRaw = rawFaults.includes(fault);
    const report = await strike(fault, runsOf(fault), { seed, progress });
    if (!isRaw) showFindings(report);
    results.push({ fault, report, isRaw });
  }
  if (results.length > 0) process.stdout.write(`${toTable(results)}\n`);
  const isBad = results.some(({ isRaw, report }) => isRaw === (report.findings.length === 0));
  if (isBad) return 1;
  return missing.length > 0 ? 2 : 0;
}

async function strike(
  fault: Fault,
  runs: number,
  { seed, progress }: Pick<LabOptions, "seed" | "progress">,
): Promise<FaultReport> {
  const folder = mkdtempSync(join(tmpdir(), "mem-faults-"));
  using _ = undoAtTheLatest(() => rmSync(folder, { recursive: true, force: true }));
  progress.begin(`${fault.name} × ${runs}`);
  const report = await fault.strike({
    subject: "mem",
    runs,
    random: createRandom(seed),
    folder,
    onRun: (run) => progress.step(String(run)),
  });
  progress.end();
  return report;
}

function showFindings({ findings }: FaultReport): void {
  for (const { kind, run, message } of findings.slice(0, MOST_SHOWN)) {
    process.stdout.write(`  ${kind} in run ${run}: ${message}\n`);
  }
  const more = findings.length - MOST_SHOWN;
  if (more > 0) process.stdout.write(`  … and ${more} more\n`);
}

function toTable(results: readonly Result[]): string {
  const table = new Table({
    head: ["", "done", "found", ""],
    style: { head: [], border: [] },
    colWidths: [12, 44, 44, 14],
    wordWrap: true,
  });
  for (const { fault, report, isRaw } of results) {
    const done = Object.entries(report.did).map(([what, count]) => `${count} ${what}`);
    const isClean = report.findings.length === 0;
    const verdict = isRaw ? (isClean ? "no damage" : "does damage") : isClean ? "held" : "BROKEN";
    table.push([fault.name, done.join(", "), describeFindings(report), verdict]);
  }
  return table.toString();
}

function describeFindings({ findings }: FaultReport): string {
  const counts = new Map<string, number>();
  for (const { kind } of findings) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (counts.size === 0) return "nothing";
  return [...counts].map(([kind, count]) => `${count} × ${kind}`).join(", ");
}

function describeTime(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}

/** The help text for each fault. */
export function describeFaults({ faults }: FaultSuite, raw: string): string {
  return [
    ...faults.map(({ name, about, runs }) => `    ${name.padEnd(9)} ${about} (${runs})`),
    `    ${RAW.padEnd(9)} ${raw}`,
  ].join("\n");
}
