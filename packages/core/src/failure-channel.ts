import { channel } from "node:diagnostics_channel";

/** An event on the channel `mem:failure`. */
export interface BackgroundFailure {
  /** What was being done, e.g. `"end a session after its body failed"`. */
  readonly operation: string;
  readonly error: unknown;
}

const failures = channel("mem:failure");

/**
 * Publishes a failure on the channel `mem:failure` of `node:diagnostics_channel`. For failures that can't be thrown,
 * because another error is on its way to the caller or there is no caller.
 */
export function publishFailure(operation: string, error: unknown): void {
  const failure: BackgroundFailure = { operation, error };
  failures.publish(failure);
}
