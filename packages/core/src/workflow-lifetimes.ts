import type { JsonObject } from "./json.ts";
import type { CallOptions, Page } from "./keyed-store.ts";
import type { WorkflowRef } from "./scope.ts";

/** What one agent did in a session. Times in milliseconds since 1970. */
export interface AgentActivity {
  readonly agentId: string;
  readonly operations: number;
  readonly messages: number;
  readonly records: number;
  readonly errors: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface WorkflowState {
  readonly workflowId: string;
  /** Names this lifetime of the workflow; a later one under the same id has another. */
  readonly epoch: string;
  readonly startedAt: number;
  /** When it ends by itself unless it is used. */
  readonly expiresAt: number;
  readonly timeoutMs: number;
  readonly metadata: JsonObject;
  /** Sorted by `agentId`. */
  readonly activity: readonly AgentActivity[];
}

export interface WorkflowStart {
  /** The workflow ends by itself after this many milliseconds without a call tied to it. */
  readonly timeoutMs: number;
  /** Kept from the start that created it. */
  readonly metadata: JsonObject;
  /**
   * What to do about one that is live: `"never"` rejects with `MEM_SESSION_EXISTS`; `"if-exists"` joins it;
   * `"must-exist"` joins it and rejects with `MEM_NOT_FOUND` where there is none.
   */
  readonly join: "never" | "if-exists" | "must-exist";
  /** Names the start: one sent again is answered as having created the workflow, and slides its expiry. */
  readonly opId: string;
}

export interface StartedWorkflow extends WorkflowState {
  /** `false`: it was joined. */
  readonly created: boolean;
}

export interface WorkflowEnd {
  /** End this lifetime only; a call that finds another one, or none, changes nothing. */
  readonly epoch?: string;
  /** Leave the data to its expiry: what lived by the session then has `timeoutMs` left. */
  readonly keepData?: boolean;
}

export interface EndedWorkflow {
  /** The state at its end, where the workflow was live. */
  readonly state?: WorkflowState;
  /** What was removed: entries of every scope of the workflow, and items of its logs. */
  readonly entries: number;
  readonly logItems: number;
}

/**
 * The lifetimes of workflows: the part of a short-term backend that sessions stand on. A workflow that ends, by a call
 * or by its timeout, takes everything in its scopes with it, whatever TTL it had (but see `keepData`).
 */
export interface WorkflowLifetimes {
  /** Starts or joins a workflow, atomically. */
  startWorkflow(
    workflow: WorkflowRef,
    start: WorkflowStart,
    options?: Pick<CallOptions, "signal">,
  ): Promise<StartedWorkflow>;
  /** The state of a live workflow, after the activity of `options.session` is counted. */
  getWorkflow(workflow: WorkflowRef, options?: CallOptions): Promise<WorkflowState | undefined>;
  /**
   * Ends a workflow and removes its data in every scope, also where it was never started. Exactly one of several that
   * end the same `epoch` is answered; the others get `undefined`.
   */
  endWorkflow(
    workflow: WorkflowRef,
    end: WorkflowEnd,
    options?: Pick<CallOptions, "signal">,
  ): Promise<EndedWorkflow | undefined>;
  /** Live workflows of a tenant, in ascending order of their ids' code points. */
  listWorkflows(
    tenantId: string,
    request: { readonly cursor?: string; readonly limit: number },
    options?: CallOptions,
  ): Promise<Page<WorkflowState>>;
}
