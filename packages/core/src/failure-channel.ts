import { channel } from "node:diagnostics_channel";

/** What is published on the channel `mem:failure`. */
export interface BackgroundFailure {
  /** What was being done, e.g. `"end a session after its body failed"`. */
  readonly operation: string;
  readonly error: unknown;
}

const failures = channel("mem:failure");

/**
 * Tells whoever listens on the channel `mem:failure` of `node:diagnostics_channel` of a failure that can't be thrown,
 * because another error is on its way to the caller or no caller is there.
 */
export function publishFailure(operation: string, error: unknown): void {
  const failure: BackgroundFailure = { operation, error };
  failures.publish(failure);
}
