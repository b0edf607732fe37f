import {
  cloneJson,
  compareCodePoints,
  type ActivityKind,
  type AgentActivity,
  type SessionCall,
  type WorkflowStart,
  type WorkflowState,
} from "@mem/core";
import type { Clockwork } from "./clockwork.ts";
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
  readonly #onExpiry: () => void;
  readonly #activity = new Map<string, Activity>();

  constructor(
    clockwork: Clockwork,
    workflowId: string,
    start: WorkflowStart,
    onExpiry: () => void,
  ) {
    super();
    this.workflowId = workflowId;
    this.epoch = clockwork.versions.text(clockwork.versions.next());
    this.start = start;
    this.startedAt = clockwork.timeline.wall();
    this.expiresAt = this.startedAt;
    this.#clockwork = clockwork;
    this.#onExpiry = onExpiry;
    this.slide();
  }

  /** Gives it its whole timeout again. */
  slide(): void {
    const { timeline, wheel } = this.#clockwork;
    this.expiresAt = timeline.wall() + this.start.timeoutMs;
    wheel.set(this, timeline.elapsed() + this.start.timeoutMs);
  }

  /** Counts what an agent did, where the call says so. */
  count({ agentId, activity }: SessionCall): void {
    if (agentId === undefined || activity === undefined) return;
    const { timeline } = this.#clockwork;
    const now = timeline.date(timeline.wall());
    let agent = this.#activity.get(agentId);
    if (agent === undefined) {
      agent = {
        agentId,
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

  state(): WorkflowState {
    const { timeline } = this.#clockwork;
    return {
      workflowId: this.workflowId,
      epoch: this.epoch,
      startedAt: timeline.date(this.startedAt),
      expiresAt: timeline.date(this.expiresAt),
      timeoutMs: this.start.timeoutMs,
      metadata: cloneJson(this.start.metadata),
      activity: [...this.#activity.values()]
        .map((agent) => ({ ...agent }))
        .toSorted((a, b) => compareCodePoints(a.agentId, b.agentId)),
    };
  }

  override expire(): void {
    this.#onExpiry();
  }
}
