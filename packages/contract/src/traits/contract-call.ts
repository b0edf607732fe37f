import type { AgentScope, CallOptions, SearchScope, WorkflowRef } from "@mem/core";

/** What a method takes to say where it acts. */
export type PlaceKind = "scope" | "search-scope" | "workflow" | "tenant";

/** One method of a contract, as the traits call it: with good arguments, except for what they replace. */
export interface ContractCall<S> {
  readonly method: string;
  /** Absent: the method acts on the whole store. */
  readonly place?: PlaceKind;
  /** Whether the method takes options with a `signal`. */
  readonly abortable: boolean;
  /** Whether it leaves what is stored as it is, so that it answers alike each time. */
  readonly reads?: boolean;
  /** Calls the method on a store that `seed` has prepared. `place` is one of the call's kind. */
  run(store: S, place: unknown, options?: CallOptions): Promise<unknown>;
}

/** What the traits need to know of a contract: its methods as data, and how to see what they did. */
export interface TraitSubject<S> {
  /** Opens an empty store, which is closed after the test. */
  open(): Promise<S>;
  readonly calls: readonly ContractCall<S>[];
  /** Stores something in `GOOD_PLACES` that every destructive call would destroy. */
  seed(store: S): Promise<void>;
  /** All that can be seen of `GOOD_PLACES`: what a refused call has to leave as it was. */
  observe(store: S): Promise<unknown>;
}

/** Where the traits' calls act unless a trait replaces it. */
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
