import {
  cloneJson,
  compareCodePoints,
  type ActivityKind,
  type AgentActivity,
  type SessionCall,
  type WorkflowStart,
  type WorkflowState,
} from "@mem/core";
import { Claims } from "./claims.ts";
import type { Clockwork } from "./clockwork.ts";
import { ownString } from "./own-string.ts";
import type { Tenant } from "./tenant.ts";
import { Timed } from "./timing-wheel.ts";

const COUNTERS = {
  operation: "operations",
  message: "messages",
  record: "records",
  error: "errors",
} as const satisfies Record<ActivityKind, keyof AgentActivity>;

type Activity = { -readonly [K in keyof AgentActivity]: AgentActivity[K] };

/** One lifetime of a workflow. Times are `wall` times of the timeline. */
export class Lifetime extends Timed {
  readonly workflowId: string;
  readonly epoch: string;
  readonly start: WorkflowStart;
  readonly startedAt: number;
  expiresAt: number;
  readonly #clockwork: Clockwork;
  readonly #tenant: Tenant;
  // Most of many sessions are idle: what they don't have takes no memory.
  /** By agent; `undefined` stands for "no agent". */
  #activity: Map<string | undefined, Activity> | undefined;
  #claims: Claims | undefined;

  constructor(clockwork: Clockwork, tenant: Tenant, workflowId: string, start: WorkflowStart) {
    super();
    this.workflowId = ownString(workflowId);
    this.epoch = clockwork.versions.text(clockwork.versions.next());
    this.start = { ...start, opId: ownString(start.opId) };
    this.startedAt = clockwork.timeline.wall();
    this.expiresAt = this.startedAt;
    this.#clockwork = clockwork;
    this.#tenant = tenant;
    this.slide();
  }

  /** Gives it its whole timeout again. */
  slide(): void {
    const { timeline, wheel } = this.#clockwork;
    this.expiresAt = timeline.wall() + this.start.timeoutMs;
    wheel.set(this, timeline.elapsed() + this.start.timeoutMs);
  }

  /** Counts the activity, if the call has one. */
  count({ agentId, activity }: SessionCall): void {
    if (activity === undefined) return;
    const { timeline } = this.#clockwork;
    const now = timeline.date(timeline.wall());
    this.#activity ??= new Map();
    let agent = this.#activity.get(agentId);
    if (agent === undefined) {
      agent = {
        ...(agentId !== undefined && { agentId }),
        operations: 0,
        messages: 0,
        records: 0,
        errors: 0,
        firstAt: now,
        lastAt: now,
      };
      this.#activity.set(agentId, agent);
    }
    agent[COUNTERS[activity]]++;
    agent.lastAt = now;
  }

  /** All claims there ever were; absent if nothing was ever claimed. */
  get claims(): Claims | undefined {
    return this.#claims;
  }

  openClaims(): Claims {
    return (this.#claims ??= new Claims(this.#clockwork, this));
  }

  state(): WorkflowState {
    const { timeline } = this.#clockwork;
    return {
      workflowId: this.workflowId,
      epoch: this.epoch,
      startedAt: timeline.date(this.startedAt),
      expiresAt: timeline.date(this.expiresAt),
      timeoutMs: this.start.timeoutMs,
      metadata: cloneJson(this.start.metadata),
      activity: [...(this.#activity?.values() ?? [])]
        .map((agent) => ({ ...agent }))
        .toSorted((a, b) => compareCodePoints(a.agentId ?? "", b.agentId ?? "")),
      claims: this.#claims?.list() ?? [],
    };
  }

  override expire(): void {
    this.#tenant.timeOut(this);
  }
}
