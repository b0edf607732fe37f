import type {
  CallOptions,
  Scope,
  ShortTermBackend,
  ShortTermWrite,
  StartedWorkflow,
  WorkflowRef,
  WorkflowStart,
} from "@mem/core";
import { write } from "./samples.ts";

export const TIMEOUT = 60_000;

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

/** An entry that lives with the workflow, one with a ttl of its own, one for ever, and a log, in every scope of it. */
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

/** All that can be seen of the workflow's data, in each scope. */
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

/** What is to be seen where there is nothing. */
export const NOTHING: readonly SeenScope[] = LAUNCH_SCOPES.map(() => ({
  keys: [],
  versions: [],
  count: 0,
  logItems: 0,
}));
