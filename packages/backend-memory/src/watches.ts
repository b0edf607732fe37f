import type { WorkflowRef } from "@mem/core";

/** A watcher that wants to be woken. */
class Watch {
  readonly #wake: () => void;
  #isDue = false;
  #isOver = false;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Wakes once for all changes made in one go, and never in the middle of a call. */
  changed(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (!this.#isOver) this.#wake();
    });
  }

  stop(): void {
    this.#isOver = true;
  }
}

/** Who watches which workflow. */
export class Watches {
  readonly #tenants = new Map<string, Map<string, Set<Watch>>>();

  /** Starts a watch; returns a function that ends it. */
  add({ tenantId, workflowId }: WorkflowRef, wake: () => void): () => void {
    let workflows = this.#tenants.get(tenantId);
    if (workflows === undefined) this.#tenants.set(tenantId, (workflows = new Map()));
    let watches = workflows.get(workflowId);
    if (watches === undefined) workflows.set(workflowId, (watches = new Set()));
    const watch = new Watch(wake);
    watches.add(watch);
    return () => {
      watch.stop();
      if (!watches.delete(watch) || watches.size > 0) return;
      workflows.delete(workflowId);
      if (workflows.size === 0) this.#tenants.delete(tenantId);
    };
  }

  /** Call it when an entry of a workflow has changed, or the workflow has ended. */
  changed(tenantId: string, workflowId: string | undefined): void {
    if (this.#tenants.size === 0 || workflowId === undefined) return;
    for (const watch of this.#tenants.get(tenantId)?.get(workflowId) ?? []) watch.changed();
  }

  /** Wakes all watchers, for the last time. */
  close(): void {
    for (const workflows of this.#tenants.values()) {
      for (const watches of workflows.values()) for (const watch of watches) watch.changed();
    }
    this.#tenants.clear();
  }
}
