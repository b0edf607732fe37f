import type { CallOptions, ShortTermBackend, WorkflowRef } from "@mem/core";
import { expect } from "vitest";
import { timeOf } from "../backend-time.ts";
import type { Opened } from "../harness.ts";
import { getOne, write } from "../samples.ts";
import { startWorkflow } from "../workflow-samples.ts";
import { YEAR, type Life, type Step } from "./life.ts";

export type Harness = Awaited<ReturnType<Opened>>;

/** Where the entry or the log of a life is stored. */
export type Home = "of an agent" | "of a workflow" | "in a session";

/** When a life ends, at the earliest and at the latest, because a server's time runs on during a step. */
export interface End {
  readonly earliest: number;
  readonly latest: number;
}

export interface Lived {
  readonly scope: WorkflowRef | { readonly tenantId: string; readonly agentId: string };
  /** Absent if it never ends. */
  readonly end?: End;
  /** The version of the entry. */
  readonly version?: string;
}

let lived = 0;

/** Plays a life in a tenant of its own. */
export async function live(harness: Harness, home: Home, life: Life): Promise<Lived> {
  const { backend } = harness;
  const tenantId = `tenant ${++lived}`;
  const workflow = { tenantId, workflowId: "launch", agentId: "writer" };
  const scope = home === "of an agent" ? { tenantId, agentId: "writer" } : workflow;
  if (home === "in a session") await startWorkflow(backend, { timeoutMs: 1000 * YEAR }, workflow);
  const ends: End[] = [];
  let earliest = await timeOf(backend);
  for (const [i, step] of life.steps.entries()) {
    await take(harness, scope as WorkflowRef, step, `op-${i}`);
    const latest = await timeOf(backend);
    ends.push({ earliest, latest });
    earliest = latest;
  }
  const entry = await getOne(backend, scope, "it");
  const version = entry && { version: entry.version };
  if (life.lives === null) return { scope, ...version };
  const decided = ends.at(life.from ?? -1)!;
  const end = { earliest: decided.earliest + life.lives, latest: decided.latest + life.lives };
  const { expiresAt = Infinity } = entry ?? {};
  // The entry may state a later time, or none, if its session ends before that time.
  expect(expiresAt).toBeGreaterThanOrEqual(end.earliest);
  if (expiresAt > end.latest) return { scope, end, ...version };
  return { scope, end: { earliest: expiresAt, latest: expiresAt }, ...version };
}

async function take(
  { backend, advance }: Harness,
  at: WorkflowRef,
  step: Step,
  opId: string,
): Promise<void> {
  if ("pass" in step) await advance(step.pass);
  else if ("append" in step) {
    const item = { id: opId, value: 1 };
    await backend.append(at, "it", [item], { maxItems: 10, ttlMs: step.append });
  } else if ("increment" in step) {
    await backend.increment(at, { key: "it", by: 1, ttlMs: step.increment });
  } else if ("start" in step) await startWorkflow(backend, { timeoutMs: step.start }, at);
  else if ("session" in step) await session(backend, at, step.session);
  else {
    const { save: ttlMs, beside = [], ...conditions } = step;
    const others = beside.map((other, i) => write(`other ${i}`, 1, { ttlMs: other }));
    await backend.save(at, [...others, write("it", 1, { ttlMs, opId, ...conditions })]);
  }
}

async function session(
  backend: ShortTermBackend,
  at: WorkflowRef,
  what: Extract<Step, { session: string }>["session"],
): Promise<void> {
  const { epoch } = (await backend.getWorkflow(at))!;
  const tied: CallOptions = { session: { epoch } };
  if (what === "used") await backend.count(at, tied);
  else if (what === "joined") await startWorkflow(backend, { join: "must-exist" }, at);
  else await backend.endWorkflow(at, { epoch, keepData: what === "ended with keepData" });
}
