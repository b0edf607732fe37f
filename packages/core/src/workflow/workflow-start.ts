import type { Backends } from "../backends.ts";
import { checkFlag, checkOneOf, checkSeconds, type NamesOf } from "../checks.ts";
import { copyJsonObject } from "../copy-json.ts";
import { MemoryError } from "../errors.ts";
import type { JsonInput } from "../json.ts";
import type { CallOptions } from "../keyed-store.ts";
import { checkId, type WorkflowRef } from "../scope.ts";
import type { StartedWorkflow, WorkflowState } from "../workflow-lifetimes.ts";
import { settingsOf, withSettings, type WorkflowSettings } from "./workflow-settings.ts";

export interface WorkflowOptions {
  /** Seconds without use after which it ends. Default: the manager's `sessionTimeout`. */
  readonly timeout?: number;
  readonly metadata?: { readonly [key: string]: JsonInput };
  /**
   * Whether its messages are also kept in long-term memory, so that `searchConversation` finds them after its end. The
   * member that starts it decides: joining with another value rejects with `MEM_CONFLICT`. Default `false`; when
   * joining, whatever it was started with.
   */
  readonly keepConversation?: boolean;
  /**
   * The agent whose records tell of its start and end, so that a timeout is recorded, too: as `cancelled`, by whichever
   * process notices it. The member that starts it decides: joining with another value rejects with `MEM_CONFLICT`.
   * Default: not recorded; when joining, whatever it was started with.
   */
  readonly recordAs?: string;
  /** What to do if it is live already. Default `"never"`. */
  readonly join?: "never" | "if-exists" | "must-exist";
  readonly signal?: AbortSignal;
}

/** The options of a new lifetime. */
export const START_OPTIONS: NamesOf<Omit<WorkflowOptions, "join">> = {
  timeout: true,
  metadata: true,
  keepConversation: true,
  recordAs: true,
  signal: true,
};

export const WORKFLOW_OPTIONS: NamesOf<WorkflowOptions> = { ...START_OPTIONS, join: true };

/** Starts or joins a lifetime. Refuses bad input before any call to a backend. */
export async function startWorkflow(
  backends: Backends,
  workflow: WorkflowRef,
  options: WorkflowOptions,
  call: CallOptions,
): Promise<StartedWorkflow> {
  const { timeout, metadata = {}, join = "never" } = options;
  const settings = checkSettings(options);
  const start = {
    timeoutMs:
      timeout === undefined ? backends.sessionTimeoutMs : checkSeconds(timeout, "options.timeout"),
    metadata: withSettings(copyJsonObject(metadata, "options.metadata", backends.limits), settings),
    join: checkOneOf(join, "options.join", ["never", "if-exists", "must-exist"]),
    opId: crypto.randomUUID(),
  };
  requireStores(backends, settings);
  // Before the start, because its answer may be lost.
  backends.sweeper.watchOver(workflow.tenantId, settings.recordAs !== undefined);
  const started = await backends.shortTerm.startWorkflow(workflow, start, call);
  const { created, expired } = started;
  if (expired !== undefined) await backends.expired.tell(workflow.tenantId, [expired]);
  refuseDisagreement(options, started);
  const decided = settingsOf(started);
  requireStores(backends, decided);
  if (!created) backends.sweeper.watchOver(workflow.tenantId, decided.recordAs !== undefined);
  return started;
}

function checkSettings({ keepConversation = false, recordAs }: WorkflowOptions): WorkflowSettings {
  return {
    keepConversation: checkFlag(keepConversation, "options.keepConversation"),
    recordAs: recordAs === undefined ? undefined : checkId(recordAs, "options.recordAs"),
  };
}

/** A member that can't keep messages or store records would leave gaps in them. */
function requireStores(backends: Backends, { keepConversation, recordAs }: WorkflowSettings): void {
  if (keepConversation) void backends.longTerm;
  if (recordAs !== undefined) void backends.records;
}

function refuseDisagreement(
  { keepConversation, recordAs }: WorkflowOptions,
  started: WorkflowState,
): void {
  const is = settingsOf(started);
  if (keepConversation !== undefined && keepConversation !== is.keepConversation) {
    const does = is.keepConversation ? "keeps" : "does not keep";
    throw disagreement("keepConversation", `${does} its conversation`);
  }
  if (recordAs !== undefined && recordAs !== is.recordAs) {
    const how = is.recordAs === undefined ? "not recorded" : "recorded as another agent";
    throw disagreement("recordAs", `is ${how}`);
  }
}

function disagreement(option: string, what: string): MemoryError {
  return new MemoryError(
    "MEM_CONFLICT",
    `the live session ${what}; that is up to who starts it, so join it without options.${option}, or start one of another name`,
    { path: `options.${option}`, retryable: false },
  );
}
