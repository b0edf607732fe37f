import type {
  CallOptions,
  ClaimChange,
  ClaimRef,
  ClaimRequest,
  Scope,
  ShortTermBackend,
  ShortTermWrite,
  StartedWorkflow,
  WorkflowClaim,
  WorkflowRef,
  WorkflowStart,
} from "@mem/core";
import { expect } from "vitest";
import { expectRejection } from "../traits/expect-rejection.ts";
import { write } from "./samples.ts";

export const TIMEOUT = 60_000;
/** How long a claim is held, in milliseconds. */
export const CLAIM_TTL = 20_000;

export const LAUNCH: WorkflowRef = { tenantId: "acme", workflowId: "launch" };
export const LAUNCH_WRITER: Scope = { ...LAUNCH, agentId: "writer" };
export const LAUNCH_EDITOR: Scope = { ...LAUNCH, agentId: "editor" };
/** Every scope of the workflow that these tests write to. */
export const LAUNCH_SCOPES: readonly Scope[] = [LAUNCH, LAUNCH_WRITER, LAUNCH_EDITOR];

let starts = 0;

/** Starts `LAUNCH`, or another workflow, as a new operation. */
export function startWorkflow(
  backend: ShortTermBackend,
  more: Partial<WorkflowStart> = {},
  workflow: WorkflowRef = LAUNCH,
): Promise<StartedWorkflow> {
  const opId = `start ${++starts}`;
  return backend.startWorkflow(workflow, {
    timeoutMs: TIMEOUT,
    metadata: {},
    join: "never",
    opId,
    ...more,
  });
}

/** A write that lives as long as its workflow. */
export function sessionWrite(key: string, more: Partial<ShortTermWrite> = {}): ShortTermWrite {
  return write(key, `value of ${key}`, { ttlMs: "session", ...more });
}

/** Ties a call to a lifetime, counted as one operation of the writer. */
export function inSession(
  { epoch }: { readonly epoch: string },
  more: Partial<NonNullable<CallOptions["session"]>> = {},
): CallOptions {
  return { session: { epoch, agentId: "writer", activity: "operation", ...more } };
}

let claims = 0;

/** Claims the step `draft`, or another, as a new operation of the writer. */
export function claimStep(
  backend: ShortTermBackend,
  started: { readonly epoch: string },
  more: Partial<ClaimRequest> = {},
  workflow: WorkflowRef = LAUNCH,
): Promise<WorkflowClaim | undefined> {
  const request = { step: "draft", ttlMs: CLAIM_TTL, opId: `claim ${++claims}`, ...more };
  return backend.claim(workflow, request, inSession(started));
}

/** Changes a claim of `LAUNCH` as one operation of the writer. */
export function changeClaim(
  backend: ShortTermBackend,
  started: { readonly epoch: string },
  { step, token }: ClaimRef,
  to: ClaimChange["to"],
  ttlMs: number = CLAIM_TTL,
): Promise<WorkflowClaim> {
  const change = to === "renewed" ? { step, token, to, ttlMs } : { step, token, to };
  return backend.changeClaim(LAUNCH, change, inSession(started));
}

/** Expects a call to be refused as not retryable, because a claim is not held. */
export async function expectConflict(call: () => Promise<unknown>): Promise<void> {
  const settled = call();
  await expectRejection(() => settled, "MEM_CONFLICT");
  await expect(settled).rejects.toMatchObject({ retryable: false });
}

/** In each scope, stores an entry that lives with the workflow, one with a TTL of its own, one without, and a log. */
export async function fillWorkflow(backend: ShortTermBackend): Promise<void> {
  for (const scope of LAUNCH_SCOPES) {
    await backend.save(scope, [
      sessionWrite("session"),
      write("own ttl", 1, { ttlMs: 100 * TIMEOUT }),
      write("for ever", 1),
    ]);
    const items = ["a", "b"].map((id) => ({ id, value: id }));
    await backend.append(scope, "chat", items, { maxItems: 10, ttlMs: "session" });
  }
}

export interface SeenScope {
  readonly keys: readonly string[];
  readonly versions: readonly string[];
  readonly count: number;
  readonly logItems: number;
}

/** Everything visible of the workflow's data, in each scope. */
export async function seeWorkflow(backend: ShortTermBackend): Promise<SeenScope[]> {
  return Promise.all(
    LAUNCH_SCOPES.map(async (scope) => {
      const [{ items }, log, count] = await Promise.all([
        backend.list(scope, { limit: 100 }),
        backend.read(scope, "chat", { limit: 100 }),
        backend.count(scope),
      ]);
      const keys = items.map((entry) => entry.key);
      const versions = items.map((entry) => entry.version);
      return { keys, versions, count, logItems: log.length };
    }),
  );
}

/** What is visible if there is no data. */
export const NOTHING: readonly SeenScope[] = LAUNCH_SCOPES.map(() => ({
  keys: [],
  versions: [],
  count: 0,
  logItems: 0,
}));
