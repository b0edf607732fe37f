import { channel } from "node:diagnostics_channel";
import type { Space } from "./space.ts";

/** The name of the channel of `node:diagnostics_channel` on which evictions are announced. */
export const EVICTIONS = "mem:eviction";

/** What is published on the channel `mem:eviction` for each entry that was evicted, as it happens. */
export interface Eviction {
  /** The name of the backend: `"memory"`. */
  readonly backend: string;
  readonly tenantId: string;
  readonly workflowId?: string;
  readonly agentId?: string;
  readonly key: string;
}

const evictions = channel(EVICTIONS);

export function publishEviction({ tenantId, workflowId, agentId }: Space, key: string): void {
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
