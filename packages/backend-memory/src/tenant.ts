import {
  MemoryError,
  type EndedWorkflow,
  type Page,
  type Scope,
  type StartedWorkflow,
  type WorkflowEnd,
  type WorkflowSize,
  type WorkflowStart,
  type WorkflowState,
} from "@mem/core";
import { encodeCursor } from "./cursor.ts";
import type { Clockwork } from "./clockwork.ts";
import { ExpiredLifetime } from "./expired-lifetime.ts";
import { Lifetime } from "./lifetime.ts";
import { SortedKeys } from "./sorted-keys.ts";
import { Space } from "./space.ts";

/** How many timed-out lifetimes are reported at once. */
const MAX_TAKEN = 100;

/** Everything of one tenant, as maps in maps, so that no two scopes can meet. */
export class Tenant {
  /** In all scopes; exact once the wheel has settled. */
  entries = 0;
  readonly #tenantId: string;
  readonly #clockwork: Clockwork;
  readonly #onEmpty: () => void;
  /** By workflow and agent; `undefined` stands for "outside any workflow" and for "shared by its agents". */
  readonly #spaces = new Map<string | undefined, Map<string | undefined, Space>>();
  readonly #lifetimes = new Map<string, Lifetime>();
  /** Timed-out lifetimes that have not been reported, by their workflow, oldest first. */
  readonly #expired = new Map<string, ExpiredLifetime>();
  readonly #workflowIds = new SortedKeys(this.#lifetimes);

  constructor(clockwork: Clockwork, tenantId: string, onEmpty: () => void) {
    this.#tenantId = tenantId;
    this.#clockwork = clockwork;
    this.#onEmpty = onEmpty;
  }

  space({ workflowId, agentId }: Scope): Space | undefined {
    return this.#spaces.get(workflowId)?.get(agentId);
  }

  openSpace(scope: Scope): Space {
    let agents = this.#spaces.get(scope.workflowId);
    if (agents === undefined) this.#spaces.set(scope.workflowId, (agents = new Map()));
    let space = agents.get(scope.agentId);
    if (space === undefined) {
      agents.set(scope.agentId, (space = new Space(this.#clockwork, this, scope)));
    }
    return space;
  }

  release({ workflowId, agentId }: Space): void {
    const agents = this.#spaces.get(workflowId);
    agents?.delete(agentId);
    if (agents?.size === 0) this.#spaces.delete(workflowId);
    this.releaseIfEmpty();
  }

  releaseIfEmpty(): void {
    if (this.#spaces.size + this.#lifetimes.size + this.#expired.size === 0) this.#onEmpty();
  }

  /** How many workflows are live; exact once the wheel has settled. */
  get workflows(): number {
    return this.#lifetimes.size;
  }

  lifetime(workflowId: string): Lifetime | undefined {
    return this.#lifetimes.get(workflowId);
  }

  startOrJoin(workflowId: string, start: WorkflowStart): StartedWorkflow {
    const live = this.#lifetimes.get(workflowId);
    if (live === undefined) {
      if (start.join === "must-exist") {
        throw new MemoryError("MEM_NOT_FOUND", "the workflow has no live session to join");
      }
      const before = this.expired(workflowId);
      const isOver = before?.isOver(this.#clockwork.timeline.elapsed()) === true;
      const expired = !isOver && before && { expired: before.state() };
      const state = this.#start(workflowId, start).state();
      if (before !== undefined) this.#forgetExpired(before);
      return { ...state, created: true, ...expired };
    }
    const created = live.start.opId === start.opId;
    if (!created && start.join === "never") {
      throw new MemoryError(
        "MEM_SESSION_EXISTS",
        "the workflow has a live session; join or end it",
      );
    }
    live.slide();
    return { ...live.state(), created };
  }

  end(workflowId: string, { epoch, keepData = false }: WorkflowEnd): EndedWorkflow | undefined {
    const live = this.#lifetimes.get(workflowId);
    if (epoch !== undefined && live?.epoch !== epoch) return undefined;
    const ended = { ...(live && { state: live.state() }), entries: 0, logItems: 0 };
    for (const space of this.#spaces.get(workflowId)?.values() ?? []) {
      if (keepData) {
        if (live !== undefined) space.outliveSession(live.start.timeoutMs);
        continue;
      }
      const removed = space.clear();
      ended.entries += removed.entries;
      ended.logItems += removed.logItems;
    }
    if (live !== undefined) {
      this.#remove(live);
      this.#forget(live);
    }
    return ended;
  }

  /** Ends a lifetime whose time is over, and keeps what is to be reported of it. */
  timeOut(live: Lifetime): void {
    const { workflowId, due } = live;
    for (const space of this.#spaces.get(workflowId)?.values() ?? []) space.clear();
    live.claims?.end(due);
    this.#remove(live);
    const expired = new ExpiredLifetime(live, due, (over) => this.#forgetExpired(over));
    this.#expired.set(workflowId, expired);
    this.#clockwork.account?.untold.add(expired);
    this.#clockwork.wheel.set(expired, expired.keptUntil);
  }

  /** The timed-out lifetime of a workflow that has not been reported, even if it is too late for that. */
  expired(workflowId: string): ExpiredLifetime | undefined {
    return this.#expired.get(workflowId);
  }

  /** Reports timed-out lifetimes; exact once the wheel has settled. */
  takeExpired(): WorkflowState[] {
    const taken: WorkflowState[] = [];
    for (const expired of this.#expired.values()) {
      if (taken.length === MAX_TAKEN) break;
      taken.push(expired.state());
      this.#forgetExpired(expired);
    }
    return taken;
  }

  /** The size of a live workflow; exact, except for bytes, once the wheel has settled. */
  size(workflowId: string): WorkflowSize | undefined {
    if (!this.#lifetimes.has(workflowId)) return undefined;
    const size = { entries: 0, logItems: 0, bytes: 0 };
    for (const space of this.#spaces.get(workflowId)?.values() ?? []) {
      size.entries += space.entries.size;
      size.logItems += space.logItems;
      size.bytes += space.bytes();
    }
    return size;
  }

  /** Ends a workflow whose time is over, if the wheel has not come to it yet. */
  endIfOver(workflowId: string): void {
    const live = this.#lifetimes.get(workflowId);
    if (live?.isOver(this.#clockwork.timeline.elapsed()) === true) live.expire();
  }

  /** The page that comes after the workflow `after`, or the first. */
  listWorkflows(after: string | undefined, limit: number): Page<WorkflowState> {
    const items: WorkflowState[] = [];
    for (const workflowId of this.#workflowIds.from(after, "")) {
      const last = items.at(-1);
      if (last !== undefined && items.length === limit) {
        return { items, cursor: encodeCursor(last.workflowId) };
      }
      items.push((this.#lifetimes.get(workflowId) as Lifetime).state());
    }
    return { items };
  }

  #start(workflowId: string, start: WorkflowStart): Lifetime {
    const lifetime = new Lifetime(this.#clockwork, this, workflowId, start);
    this.#lifetimes.set(lifetime.workflowId, lifetime);
    this.#clockwork.account?.sessionStarted(workflowId, start);
    this.#workflowIds.changed(workflowId);
    return lifetime;
  }

  #remove(live: Lifetime): void {
    const { workflowId } = live;
    this.#clockwork.wheel.remove(live);
    this.#lifetimes.delete(workflowId);
    this.#workflowIds.changed(workflowId);
    this.#clockwork.watches.changed(this.#tenantId, workflowId);
  }

  #forgetExpired(expired: ExpiredLifetime): void {
    const { lifetime } = expired;
    this.#clockwork.wheel.remove(expired);
    this.#expired.delete(lifetime.workflowId);
    this.#clockwork.account?.untold.delete(expired);
    this.#forget(lifetime);
  }

  #forget(lifetime: Lifetime): void {
    lifetime.claims?.clear();
    this.#clockwork.account?.sessionEnded(lifetime.workflowId, lifetime.start);
    this.releaseIfEmpty();
  }
}
