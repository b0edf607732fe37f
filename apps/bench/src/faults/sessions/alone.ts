import { mkdirSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault, FaultReport, Strike } from "../lab/fault.ts";
import type { Finding, Problem } from "../lab/finding.ts";
import { StuckError } from "../lab/lab-process.ts";
import type { Attempt, Read } from "./journal.ts";
import { judgeConversation } from "./conversation-judge.ts";
import { count, judge, readRecords } from "./evidence.ts";
import { SWEEP_MS, TIMEOUT_MS } from "./lab-sessions.ts";
import { lifetimesOf } from "./lifetime-judge.ts";
import { markOf } from "./marks.ts";
import { KEPT, type Parting } from "./member-task.ts";
import { Member } from "./members.ts";
import { searchFolder } from "./search.ts";

/** All sessions are recorded, and the conversation of the last one is kept. */
const WORKFLOWS = ["alone-0", "alone-1", "alone-2", `alone-3${KEPT}`];
const LANES = 2;
const PARTINGS: readonly Parting[] = ["end", "leave", "abort", "drop"];
const LONGEST_PLAY_MS = 250;
const SLACK_MS = 1_500;

export const alone: Fault = {
  name: "alone",
  about: "sessions in one process end, are aborted or time out while they are in use",
  runs: 100,
  secondsPerRun: 1.3,
  strike: strikeAlone,
};

async function strikeAlone({ subject, runs, random, folder, onRun }: Strike): Promise<FaultReport> {
  mkdirSync(folder, { recursive: true });
  const records = join(folder, "records");
  const longTerm = join(folder, "long-term.json");
  using member = new Member({
    subject,
    records,
    longTerm,
    journal: join(folder, "alone.journal"),
    name: "alone",
    seed: Math.floor(random() * 2 ** 32),
    lanes: LANES,
  });
  const findings: Finding[] = [];
  const find = (run: number, problems: readonly Problem[]): void => {
    findings.push(...problems.map((problem) => ({ ...problem, run })));
  };
  for (let run = 1; run <= runs; run++) {
    try {
      const begun = await member.play({ workflows: WORKFLOWS, join: "never", recorded: "" });
      if (begun < WORKFLOWS.length)
        find(run, [{ kind: "stuck", message: "a session never ended" }]);
      await delay(random() * LONGEST_PLAY_MS);
      if (random() < 0.5) await member.audit();
      const how = WORKFLOWS.map(() => PARTINGS[Math.floor(random() * PARTINGS.length)] as Parting);
      await member.part(how);
      await delay(random() * 20);
      await member.rest();
    } catch (error) {
      if (!(error instanceof StuckError)) throw error;
      find(run, [{ kind: "stuck", message: error.message }]);
      break;
    }
    onRun?.(run);
  }
  await delay(TIMEOUT_MS + SWEEP_MS + SLACK_MS);
  find(runs, await leftovers(member, join(folder, "heap")));
  await member.close();
  const told = member.told();
  find(runs, await judgeKept(longTerm, told));
  find(runs, judge({ attempts: told, blows: [], records: await readRecords(subject, records) }));
  return { did: { runs, ...count(told) }, findings };
}

/** Judges kept conversations as if somebody had read them at the very end. */
async function judgeKept(file: string, told: readonly Attempt[]): Promise<Problem[]> {
  const { entries } = JSON.parse(await readFile(file, "utf8")) as { entries: readonly Kept[] };
  const kept = lifetimesOf(told).filter(({ workflowId }) => workflowId.includes(KEPT));
  return kept.flatMap(({ epoch }) => {
    const read = entries
      .filter(({ key }) => key.startsWith(`${encodeURIComponent(epoch)}:`))
      .map(({ value }): Read => [value.position, value.id, value.content])
      .toSorted(([a], [b]) => a - b);
    const who = "the long-term memory";
    const last: Attempt = { id: -1, who, kind: "history", begin: Infinity, result: { read } };
    return judgeConversation(epoch, [...told.filter((attempt) => attempt.epoch === epoch), last]);
  });
}

/** An entry of the file. */
interface Kept {
  readonly key: string;
  readonly value: { readonly position: number; readonly id: string; readonly content: string };
}

/** Finds what is left of any session in the process that had them all. */
async function leftovers(member: Member, heap: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  const stats = await member.stats();
  if (stats === undefined || stats.entries > 0 || stats.sessions > 0) {
    const message = `${stats?.entries} entries and ${stats?.sessions} sessions are left`;
    problems.push({ kind: "leftover", message });
  }
  // Kept conversations stay in the memory of this long-term store, too.
  const marks = lifetimesOf(member.told())
    .filter(({ workflowId }) => !workflowId.includes(KEPT))
    .map(({ epoch }) => markOf(epoch));
  mkdirSync(heap);
  await member.writeHeap(join(heap, "heap"));
  for (const place of await searchFolder(heap, marks)) {
    problems.push({ kind: "leftover", message: place });
  }
  await rm(heap, { recursive: true });
  return problems;
}
