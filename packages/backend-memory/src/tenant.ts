import {
  MemoryError,
  type EndedWorkflow,
  type Page,
  type Scope,
  type StartedWorkflow,
  type WorkflowEnd,
  type WorkflowStart,
  type WorkflowState,
} from "@mem/core";
import { encodeCursor } from "./cursor.ts";
import type { Clockwork } from "./clockwork.ts";
import { Lifetime } from "./lifetime.ts";
import { SortedKeys } from "./sorted-keys.ts";
import { Space } from "./space.ts";

/** Everything of one tenant, as maps in maps, so that no two scopes can meet. */
export class Tenant {
  /** In all scopes; exact once the wheel has settled. */
  entries = 0;
  readonly #clockwork: Clockwork;
  readonly #onEmpty: () => void;
  /** By workflow and agent; `undefined` stands for "outside any workflow" and for "shared by its agents". */
  readonly #spaces = new Map<string | undefined, Map<string | undefined, Space>>();
  readonly #lifetimes = new Map<string, Lifetime>();
  readonly #workflowIds = new SortedKeys(this.#lifetimes);

  constructor(clockwork: Clockwork, onEmpty: () => void) {
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
    if (this.#spaces.size === 0 && this.#lifetimes.size === 0) this.#onEmpty();
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
      return { ...this.#start(workflowId, start).state(), created: true };
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
    if (live !== undefined) this.#forget(live);
    return ended;
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
    const lifetime = new Lifetime(this.#clockwork, workflowId, start, () =>
      this.end(workflowId, {}),
    );
    this.#lifetimes.set(workflowId, lifetime);
    this.#clockwork.account?.sessionStarted(workflowId, start);
    this.#workflowIds.changed(workflowId);
    return lifetime;
  }

  #forget(lifetime: Lifetime): void {
    this.#clockwork.wheel.remove(lifetime);
    this.#lifetimes.delete(lifetime.workflowId);
    this.#clockwork.account?.sessionEnded(lifetime.workflowId, lifetime.start);
    this.#workflowIds.changed(lifetime.workflowId);
    this.releaseIfEmpty();
  }
}
