import { setImmediate as otherWork } from "node:timers/promises";
import {
  checkId,
  checkScope,
  MemoryError,
  throwIfAborted,
  type CallOptions,
  type Scope,
  type WorkflowRef,
} from "@mem/core";
import type { Clockwork } from "./clockwork.ts";
import type { Lifetime } from "./lifetime.ts";
import type { Space } from "./space.ts";
import { Tenant } from "./tenant.ts";
import { SLICE_MS } from "./timing-wheel.ts";

/** Everything that is kept, and the one way in: whoever gets past `enter` may act. */
export class Memory {
  readonly #clockwork: Clockwork;
  readonly #tenants = new Map<string, Tenant>();
  /** Where the last call outside a workflow went: an agent's calls often follow each other. */
  #last: Space | undefined;
  #closed = false;

  constructor(clockwork: Clockwork) {
    this.#clockwork = clockwork;
  }

  /** Lets a call in that names no scope: the memory is open, the caller has not given up. */
  admit(options?: CallOptions): void {
    if (this.#closed) throw new MemoryError("MEM_CLOSED", "the memory backend is closed");
    throwIfAborted(options?.signal);
  }

  /** Whether a call may act on a scope; the live session that it is tied to, if any. Nothing happens to that yet. */
  check(scope: Scope, options?: CallOptions): Lifetime | undefined {
    this.admit(options);
    const { tenantId, workflowId } = checkScope(scope);
    if (workflowId !== undefined) this.#tenants.get(tenantId)?.endIfOver(workflowId);
    const session = options?.session;
    if (session === undefined) return undefined;
    const live = this.liveSession(scope);
    if (live.epoch !== session.epoch) throw sessionEnded();
    return live;
  }

  /**
   * Lets a call in that acts on a scope, tied to a live session where it says so; what the scope holds, if anything.
   * `wasDone` tells whether all of the call had happened before, so that it is no activity.
   */
  enter(
    scope: Scope,
    options?: CallOptions,
    wasDone: (space: Space | undefined) => boolean = never,
  ): Space | undefined {
    const last = this.#last;
    if (last?.isOf(scope) === true && options?.session === undefined) {
      this.admit(options);
      return last;
    }
    const live = this.check(scope, options);
    const space = this.space(scope);
    if (live !== undefined && options?.session !== undefined) {
      live.slide();
      if (!wasDone(space)) live.count(options.session);
    }
    if (scope.workflowId === undefined) this.#last = space;
    return space;
  }

  checkWorkflow(workflow: WorkflowRef, options?: CallOptions): void {
    this.check(workflow, options);
    checkId(workflow.workflowId, "workflow.workflowId");
  }

  enterWorkflow(workflow: WorkflowRef, options?: CallOptions): Tenant | undefined {
    this.enter(workflow, options);
    checkId(workflow.workflowId, "workflow.workflowId");
    return this.#tenants.get(workflow.tenantId);
  }

  enterTenant(tenantId: string, options?: CallOptions): void {
    this.admit(options);
    checkId(tenantId, "tenantId");
  }

  /** The lifetime that what is written "for the session" lives by. */
  liveSession({ tenantId, workflowId }: Scope): Lifetime {
    if (workflowId === undefined) {
      throw new MemoryError("MEM_INVALID_ARGUMENT", "scope has no workflow, so no session either", {
        path: "scope.workflowId",
      });
    }
    const live = this.#tenants.get(tenantId)?.lifetime(workflowId);
    if (live === undefined) throw sessionEnded();
    return live;
  }

  /** Works on a tenant that may have to be made first; nothing stays where nothing was stored. */
  inTenant<T>(tenantId: string, work: (tenant: Tenant) => T): T {
    const tenant = this.tenant(tenantId) ?? this.#add(tenantId);
    try {
      return work(tenant);
    } finally {
      tenant.releaseIfEmpty();
    }
  }

  /** Works on a scope that holds nothing yet; nothing stays where nothing was stored. */
  inNewSpace<T>(scope: Scope, work: (space: Space) => T): T {
    return this.inTenant(scope.tenantId, (tenant) => {
      const space = tenant.openSpace(scope);
      try {
        return work(space);
      } finally {
        space.releaseIfEmpty();
      }
    });
  }

  /** What a scope holds, if anything. */
  space(scope: Scope): Space | undefined {
    return this.#tenants.get(scope.tenantId)?.space(scope);
  }

  tenant(tenantId: string): Tenant | undefined {
    return this.#tenants.get(tenantId);
  }

  get tenants(): number {
    return this.#tenants.size;
  }

  /**
   * Frees what has expired and takes a look in the same step, so that counters are exact. A large backlog is worked off
   * in slices with other work in between; a call may end with the memory, or be given up, while it waits.
   */
  async settled<T>(options: CallOptions | undefined, look: () => T): Promise<T> {
    while (!this.#clockwork.wheel.settle(SLICE_MS)) {
      await otherWork();
      this.admit(options);
    }
    return look();
  }

  close(): void {
    this.#closed = true;
    this.#clockwork.wheel.stop();
    this.#tenants.clear();
    this.#last = undefined;
  }

  #add(tenantId: string): Tenant {
    const tenant = new Tenant(this.#clockwork, () => this.#tenants.delete(tenantId));
    this.#tenants.set(tenantId, tenant);
    return tenant;
  }
}

function sessionEnded(): MemoryError {
  return new MemoryError("MEM_SESSION_ENDED", "the session has ended; start or join another");
}

function never(): boolean {
  return false;
}
