import type { AgentScope, CallOptions, SearchScope, WorkflowRef } from "@mem/core";

/** The kind of argument that names where a method acts. */
export type PlaceKind = "scope" | "search-scope" | "workflow" | "tenant";

/** One method of a contract, called with valid arguments except for those that a trait replaces. */
export interface ContractCall<S> {
  readonly method: string;
  /** Absent: the method acts on the whole store. */
  readonly place?: PlaceKind;
  /** Whether the method takes options with a `signal`. */
  readonly abortable: boolean;
  /** Whether the method leaves the stored data unchanged, so that a repeated call gives the same answer. */
  readonly reads?: boolean;
  /** Calls the method on a store that `seed` has prepared; `place` is of the call's kind. */
  run(store: S, place: unknown, options?: CallOptions): Promise<unknown>;
}

/** What the traits need to know about a contract: its methods as data, and how to observe their effects. */
export interface TraitSubject<S> {
  /** Opens an empty store, which is closed after the test. */
  open(): Promise<S>;
  readonly calls: readonly ContractCall<S>[];
  /** Stores something in `GOOD_PLACES` that every destructive call would destroy. */
  seed(store: S): Promise<void>;
  /** Everything visible in `GOOD_PLACES`, which a refused call must not change. */
  observe(store: S): Promise<unknown>;
}

/** Where the traits' calls act, unless a trait replaces the place. */
export const GOOD_PLACES: {
  readonly scope: AgentScope & WorkflowRef;
  readonly "search-scope": SearchScope;
  readonly workflow: WorkflowRef;
  readonly tenant: string;
} = {
  scope: { tenantId: "acme", workflowId: "launch", agentId: "writer" },
  "search-scope": { tenantId: "acme", agentIds: ["writer"] },
  workflow: { tenantId: "acme", workflowId: "launch" },
  tenant: "acme",
};

/** Runs a call where it may act. */
export function runWell<S>(
  call: ContractCall<S>,
  store: S,
  options?: CallOptions,
): Promise<unknown> {
  return call.run(store, call.place && GOOD_PLACES[call.place], options);
}
