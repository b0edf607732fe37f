import type { Backends } from "./backends.ts";
import { notConfigured } from "./checks.ts";
import type { ErasureRequests } from "./erasure-target.ts";
import type { EraseOptions } from "./erasure.ts";
import { halfDone } from "./errors.ts";
import type { MemoryErasure } from "./memory.ts";

/**
 * Sends each store its request; for a person, to every store that is configured. Records go first: if the second step
 * then fails, the receipt lacks only a count, and the trail itself shows what was erased from it.
 */
export async function eraseAll(
  backends: Backends,
  { entries, records }: ErasureRequests,
  options: EraseOptions & { readonly dryRun: boolean },
): Promise<MemoryErasure> {
  const { longTerm, records: trail } = backends.configured;
  if (entries === undefined || records === undefined) {
    // The target names one store, so it has to be configured.
    void (entries === undefined ? backends.records : backends.longTerm);
  } else if (longTerm === undefined && trail === undefined) {
    throw notConfigured("long-term memory and no execution records", "longTerm` or `records");
  }
  const ids = (records && (await trail?.erase(records, options))) ?? [];
  const begun = ids.length > 0 && !options.dryRun;
  const eraseEntries = async () => entries && longTerm?.erase(entries, options);
  const erasure = await (begun ? halfDone(eraseEntries) : eraseEntries());
  return {
    ...(erasure ?? {
      id: crypto.randomUUID(),
      at: backends.clock.now(),
      dryRun: options.dryRun,
      entries: [],
      revisions: 0,
    }),
    records: ids.length,
  };
}
