import type { ShortTermBackend } from "@mem/core";
import { Account } from "./account.ts";
import { BoundedBackend } from "./bounded-backend.ts";
import { Bounds } from "./bounds.ts";
import { createClockwork } from "./clockwork.ts";
import { FOOTPRINTS, NO_FOOTPRINTS } from "./footprint.ts";
import { Memory } from "./memory.ts";
import { MemoryBackend } from "./memory-backend.ts";
import { resolveOptions, type MemoryBackendOptions } from "./options.ts";
import { Recency } from "./recency.ts";

/**
 * Makes a short-term backend that lives in this process and ends with it. `maxEntries` and `maxBytes` bound it: a write
 * that would exceed a bound rejects with `MEM_CAPACITY` or evicts entries (`whenFull`).
 *
 * Expired data is freed within about a second, without being read; its timer does not keep the process alive.
 * Throws `MEM_INVALID_ARGUMENT` for an option that is unknown or out of range.
 */
export function createMemoryBackend(options: MemoryBackendOptions = {}): ShortTermBackend {
  const { clock, limits } = resolveOptions(options);
  if (limits === undefined) return new MemoryBackend(new Memory(createClockwork(clock)));
  const account = new Account(
    limits.maxBytes === Infinity ? NO_FOOTPRINTS : FOOTPRINTS,
    limits.whenFull === "evict" ? new Recency() : undefined,
  );
  const clockwork = createClockwork(clock, account);
  const bounds = new Bounds(limits, account, clockwork.wheel);
  return new BoundedBackend(new Memory(clockwork), account, bounds);
}
