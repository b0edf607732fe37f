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
import { notHeld } from "./claims.ts";
import type { Lifetime } from "./lifetime.ts";
import type { Space } from "./space.ts";
import { Tenant } from "./tenant.ts";
import { SLICE_MS } from "./timing-wheel.ts";

/** All that is kept, and the only way in: a call that passes `enter` may act. */
export class Memory {
  readonly #clockwork: Clockwork;
  readonly #tenants = new Map<string, Tenant>();
  /** Where the last call outside a workflow went: an agent's calls often follow each other. */
  #last: Space | undefined;
  #closed = false;

  constructor(clockwork: Clockwork) {
    this.#clockwork = clockwork;
  }

  /** Admits a call that names no scope: the memory is open and the signal has not fired. */
  admit(options?: CallOptions): void {
    if (this.#closed) throw new MemoryError("MEM_CLOSED", "the memory backend is closed");
    throwIfAborted(options?.signal);
  }

  /** Checks that a call may act on a scope; returns the live session it is tied to, if any, without renewing it. */
  check(scope: Scope, options?: CallOptions): Lifetime | undefined {
    this.admit(options);
    const { tenantId, workflowId } = checkScope(scope);
    if (workflowId !== undefined) this.#tenants.get(tenantId)?.endIfOver(workflowId);
    const session = options?.session;
    if (session === undefined) return undefined;
    const live = this.liveSession(scope);
    if (live.epoch !== session.epoch) throw sessionEnded();
    if (session.claim !== undefined && live.claims?.holds(session.claim) !== true) throw notHeld();
    return live;
  }

  /**
   * Admits a call that acts on a scope, tied to a live session if it says so; returns what the scope holds, if
   * anything. `wasDone` says whether all of the call has happened before, so that it does not count as activity.
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

  checkWorkflow(workflow: WorkflowRef, options?: CallOptions): Lifetime | undefined {
    const live = this.check(workflow, options);
    checkId(workflow.workflowId, "workflow.workflowId");
    return live;
  }

  enterWorkflow(workflow: WorkflowRef, options?: CallOptions): Tenant | undefined {
    this.enter(workflow, options);
    checkId(workflow.workflowId, "workflow.workflowId");
    return this.#tenants.get(workflow.tenantId);
  }

  /** The live session that a call about claims acts on. */
  checkSession(workflow: WorkflowRef, options: CallOptions): Lifetime {
    const live = this.checkWorkflow(workflow, options);
    if (live !== undefined) return live;
    throw new MemoryError("MEM_INVALID_ARGUMENT", "options.session is missing: claims need one", {
      path: "options.session",
    });
  }

  /** Calls a function when something changes in a workflow; returns how to stop that. */
  watch(workflow: WorkflowRef, wake: () => void): () => void {
    return this.#clockwork.watches.add(workflow, wake);
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

  /** Works on a tenant that may have to be created first; it is not kept if nothing was stored. */
  inTenant<T>(tenantId: string, work: (tenant: Tenant) => T): T {
    const tenant = this.tenant(tenantId) ?? this.#add(tenantId);
    try {
      return work(tenant);
    } finally {
      tenant.releaseIfEmpty();
    }
  }

  /** Works on a scope that holds nothing yet; it is not kept if nothing was stored. */
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
   * Frees what has expired and reads in the same step, so that counters are exact. A large backlog is worked off in
   * slices with other work in between; while a call waits, the memory may be closed or the call aborted.
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
    this.#clockwork.watches.close();
    this.#tenants.clear();
    this.#last = undefined;
  }

  #add(tenantId: string): Tenant {
    const tenant = new Tenant(this.#clockwork, tenantId, () => this.#tenants.delete(tenantId));
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
