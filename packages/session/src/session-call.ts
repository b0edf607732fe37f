import { checkOptions, type AbortOptions, type NamesOf } from "@mem/core";

const NAMES: NamesOf<AbortOptions> = { signal: true };

/** The signal of a call; checks the call's options. */
export function signalOf(options: AbortOptions): AbortSignal | undefined {
  checkOptions(options, NAMES);
  return options.signal;
}
