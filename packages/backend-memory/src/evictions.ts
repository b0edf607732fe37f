import { channel } from "node:diagnostics_channel";

/** The name of the `node:diagnostics_channel` channel on which evictions are published. */
export const EVICTIONS = "mem:eviction";

/** The message published on the channel `mem:eviction` when an entry is evicted. */
export interface Eviction {
  /** The name of the backend: `"memory"`. */
  readonly backend: string;
  readonly tenantId: string;
  readonly workflowId?: string;
  readonly agentId?: string;
  readonly key: string;
}

const evictions = channel(EVICTIONS);

/** Whose entry it was. */
interface Owner {
  readonly tenantId: string;
  readonly workflowId: string | undefined;
  readonly agentId: string | undefined;
}

export function publishEviction({ tenantId, workflowId, agentId }: Owner, key: string): void {
  if (!evictions.hasSubscribers) return;
  const eviction: Eviction = {
    backend: "memory",
    tenantId,
    ...(workflowId !== undefined && { workflowId }),
    ...(agentId !== undefined && { agentId }),
    key,
  };
  evictions.publish(eviction);
}
