import { channel } from "node:diagnostics_channel";
import type { WorkflowState } from "../workflow-lifetimes.ts";

/**
 * An event on the channel `mem:session`. Subscribe before sessions start: in memory that no other process shares, a
 * manager looks for timed-out sessions only if there was a subscriber when one started, or if it is recorded.
 */
export interface SessionEvent {
  /** The session timed out. Published once, in one of the processes that share the memory. */
  readonly event: "expired";
  readonly tenantId: string;
  /** The state at its end. */
  readonly state: WorkflowState;
}

const sessions = channel("mem:session");

/** Publishes an event on the channel `mem:session` of `node:diagnostics_channel`. */
export function publishSession(event: SessionEvent): void {
  sessions.publish(event);
}

/** Whether the channel has a subscriber now. */
export function isSessionHeardOf(): boolean {
  return sessions.hasSubscribers;
}
