import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionRecord } from "@mem/core";
import { createJsonlRecords } from "@mem/records-jsonl";
import type { Problem } from "../lab/finding.ts";
import type { Subject } from "../lab/fault.ts";
import { judgeCalls } from "./call-judge.ts";
import { judgeClaims } from "./claim-judge.ts";
import { judgeConversation } from "./conversation-judge.ts";
import { judgeEntries } from "./entry-judge.ts";
import { judgeWatches } from "./watch-judge.ts";
import type { Attempt } from "./journal.ts";
import { RECORDER } from "./lab-sessions.ts";
import { judgeLifetimes, lifetimesOf, type Case } from "./lifetime-judge.ts";

/** Everything that is wrong with what processes were answered, once all their sessions are over. */
export function judge(known: Case): Problem[] {
  const byEpoch = Map.groupBy(known.attempts, ({ epoch }) => epoch);
  const problems = judgeCalls(known.attempts, known.blows);
  problems.push(...judgeLifetimes(known));
  for (const { epoch } of lifetimesOf(known.attempts)) {
    const attempts = byEpoch.get(epoch) ?? [];
    problems.push(
      ...judgeConversation(epoch, attempts),
      ...judgeEntries(epoch, attempts),
      ...judgeClaims(epoch, attempts),
      ...judgeWatches(epoch, attempts, known.blows),
    );
  }
  return problems;
}

/** Counts what was done. */
export function count(attempts: readonly Attempt[]): Record<string, number> {
  const answered = attempts.filter(({ result }) => result !== undefined);
  const of = (...kinds: readonly Attempt["kind"][]): number =>
    answered.filter(({ kind }) => kinds.includes(kind)).length;
  const cleanUps = answered.flatMap((attempt) =>
    attempt.kind === "clean" ? (attempt.result?.over ?? []).map(() => attempt.by) : [],
  );
  const ended = attempts.filter(({ refusal }) => refusal?.code === "MEM_SESSION_ENDED");
  return {
    sessions: lifetimesOf(attempts).length,
    messages: of("say"),
    "edits and removals": of("edit", "remove"),
    entries: of("save", "drop"),
    claims: answered.filter(({ kind, result }) => kind === "claim" && result?.token !== undefined)
      .length,
    reads: of("history", "entries"),
    watches: of("watch"),
    "ended by a call": cleanUps.filter((by) => by === "end").length,
    "ended by their timeout": cleanUps.filter((by) => by !== "end").length,
    "calls too late": ended.length,
  };
}

const PAGE = 1_000;

/** What the audit trail says about sessions. */
export async function readRecords(
  subject: Subject,
  dir: string,
): Promise<readonly ExecutionRecord[]> {
  if (subject === "raw") {
    const text = await readFile(join(dir, "raw.jsonl"), { encoding: "utf8", flag: "a+" });
    return text
      .split("\n")
      .slice(0, -1)
      .map((line) => {
        const { runId, ...record } = JSON.parse(line) as ExecutionRecord & { runId: string };
        return { ...record, metadata: { runId } };
      });
  }
  await using records = createJsonlRecords({ dir });
  const found: ExecutionRecord[] = [];
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined;) {
    isFirst = false;
    const page = await records.query("default", {
      agentId: RECORDER,
      order: "oldest",
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    found.push(...page.items);
    cursor = page.cursor;
  }
  // Records that agents wrote are among them, but play no part in this.
  return found.filter(({ metadata }) => metadata?.["runId"] !== undefined);
}
