import type { JsonObject } from "./json.ts";
import type { CallOptions, ClaimRef, Page } from "./keyed-store.ts";
import type { WorkflowRef } from "./scope.ts";

/** What one agent did in a session, or what was done on behalf of no agent. Times in milliseconds since 1970. */
export interface AgentActivity {
  /** Absent for what no agent did, such as changes to the team's memory. */
  readonly agentId?: string;
  readonly operations: number;
  readonly messages: number;
  /** Execution records except those with the status `error`, which `errors` counts. */
  readonly records: number;
  readonly errors: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** A claim on a step of a workflow. Times in milliseconds since 1970. */
export interface WorkflowClaim {
  readonly step: string;
  /** Fencing token: greater than that of every claim before it in this lifetime. */
  readonly token: number;
  readonly agentId?: string;
  readonly claimedAt: number;
  /** When it lapses unless it is renewed; absent once the step is done. */
  readonly expiresAt?: number;
  /** A step that is done cannot be claimed again. */
  readonly isDone: boolean;
}

export interface ClaimRequest {
  readonly step: string;
  /** Milliseconds after which it lapses. */
  readonly ttlMs: number;
  readonly agentId?: string;
  /** Identifies the request: if it made the current claim, the answer is that claim, unchanged. */
  readonly opId: string;
}

/** `"renewed"`: held for `ttlMs` from now; `"done"`: completed for good; `"free"`: released for anybody to claim. */
export type ClaimChange = ClaimRef &
  (
    | { readonly to: "renewed"; readonly ttlMs: number }
    | { readonly to: "done" }
    | { readonly to: "free" }
  );

/** The size of a live workflow. */
export interface WorkflowSize {
  /** In all its scopes. */
  readonly entries: number;
  readonly logItems: number;
  /** Approximately how many bytes it takes in its backend; the cost of measuring does not grow with it. */
  readonly bytes: number;
}

export interface WorkflowState {
  readonly workflowId: string;
  /** Identifies this lifetime; a later one of the same workflow id has another. */
  readonly epoch: string;
  readonly startedAt: number;
  /** When it times out unless it is used. */
  readonly expiresAt: number;
  readonly timeoutMs: number;
  readonly metadata: JsonObject;
  /** Sorted by `agentId`; the activity of no agent, if there is any, comes first. */
  readonly activity: readonly AgentActivity[];
  /** Claims that are held and steps that are done; sorted by `step`. */
  readonly claims: readonly WorkflowClaim[];
}

export interface WorkflowStart {
  /** Milliseconds without a call tied to the workflow after which it ends. */
  readonly timeoutMs: number;
  /** Kept from the call that created the workflow. */
  readonly metadata: JsonObject;
  /**
   * What to do if the workflow is live: `"never"` rejects with `MEM_SESSION_EXISTS`; `"if-exists"` joins it;
   * `"must-exist"` joins it and rejects with `MEM_NOT_FOUND` if it is not live.
   */
  readonly join: "never" | "if-exists" | "must-exist";
  /** Identifies the start: if sent again, it is answered as having created the workflow, and extends its expiry. */
  readonly opId: string;
}

export interface StartedWorkflow extends WorkflowState {
  /** `false` if this call joined it. */
  readonly created: boolean;
  /** The previous lifetime, if it timed out and `takeExpired` has not reported it; this answer reports it. */
  readonly expired?: WorkflowState;
}

export interface WorkflowEnd {
  /** End only this lifetime; if another one or none is live, the call changes nothing. */
  readonly epoch?: string;
  /** Keep the data until it expires: what lived with the session then has `timeoutMs` left. */
  readonly keepData?: boolean;
}

export interface EndedWorkflow {
  /** The state at its end; absent if the workflow was not live. */
  readonly state?: WorkflowState;
  /** Entries removed, in every scope of the workflow; `logItems`: items removed from its logs. */
  readonly entries: number;
  readonly logItems: number;
}

/**
 * The lifetimes of workflows: the part of a short-term backend that sessions are built on. A workflow that ends, by a
 * call or by its timeout, takes everything in its scopes with it, whatever its TTL (except with `keepData`).
 */
export interface WorkflowLifetimes {
  /** Starts or joins a workflow, atomically. */
  startWorkflow(
    workflow: WorkflowRef,
    start: WorkflowStart,
    options?: Pick<CallOptions, "signal">,
  ): Promise<StartedWorkflow>;
  /** The state of a live workflow, after counting the activity of `options.session`. */
  getWorkflow(workflow: WorkflowRef, options?: CallOptions): Promise<WorkflowState | undefined>;
  /**
   * Ends a workflow and removes its data in every scope, even if it was never started. Of several calls that end the
   * same `epoch`, exactly one gets the result; the others resolve to `undefined`.
   */
  endWorkflow(
    workflow: WorkflowRef,
    end: WorkflowEnd,
    options?: Pick<CallOptions, "signal">,
  ): Promise<EndedWorkflow | undefined>;
  /** The live workflows of a tenant, in ascending order of their ids' code points. */
  listWorkflows(
    tenantId: string,
    request: { readonly cursor?: string; readonly limit: number },
    options?: CallOptions,
  ): Promise<Page<WorkflowState>>;
  /**
   * The lifetimes of a tenant that timed out, each reported to exactly one caller, whichever process asks. Call it from
   * time to time: a lifetime that nobody asks for within as long again as its timeout (at least a minute) is forgotten.
   * The cost grows with how many timed out, not with the number of live workflows. Returns at most 100; if it returns
   * 100, call again.
   */
  takeExpired(
    tenantId: string,
    options?: Pick<CallOptions, "signal">,
  ): Promise<readonly WorkflowState[]>;
  /**
   * Claims a step of a live workflow; `undefined` if somebody holds it or it is done. Like everything about claims, it
   * needs `options.session`.
   */
  claim(
    workflow: WorkflowRef,
    request: ClaimRequest,
    options: CallOptions,
  ): Promise<WorkflowClaim | undefined>;
  /**
   * Renews a claim, completes its step or releases it. Rejects with `MEM_CONFLICT`, `retryable: false`, if it is no
   * longer held: it lapsed, was released, or its step is done (the same change sent again is accepted).
   */
  changeClaim(
    workflow: WorkflowRef,
    change: ClaimChange,
    options: CallOptions,
  ): Promise<WorkflowClaim>;
  /** The size of a live workflow; `undefined` if it is not live. Tied to a session, it counts as use. */
  workflowSize(workflow: WorkflowRef, options?: CallOptions): Promise<WorkflowSize | undefined>;
  /**
   * Calls `wake` soon after each change to an entry of the workflow and after its end, whoever made it. One call may
   * stand for several changes, or for none. Resolves once every later change will be noticed. A hint, not a guarantee:
   * it may be lost with a connection (after which `wake` is called), so a waiting caller still has to look now and
   * then.
   */
  watchWorkflow(
    workflow: WorkflowRef,
    wake: () => void,
    options?: Pick<CallOptions, "signal">,
  ): Promise<AsyncDisposable>;
}
