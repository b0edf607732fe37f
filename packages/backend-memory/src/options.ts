import {
  checkClock,
  checkOptions,
  MemoryError,
  systemClock,
  type Clock,
  type NamesOf,
} from "@mem/core";

export interface MemoryBackendOptions {
  /** Where time comes from. Default: the machine's clock. */
  readonly clock?: Clock;
  /**
   * Maximum number of entries, log items (messages), sessions and claims kept at once, counted together across all
   * tenants. A timed-out session counts until it has been reported or forgotten. Default: no bound.
   */
  readonly maxEntries?: number;
  /**
   * Maximum heap size of everything kept, in bytes, across all tenants: keys, values, metadata, log items, sessions,
   * claims and the overhead of each. An estimate, within a quarter of Node's real usage for values of some hundred
   * bytes or more. A session's notes on each agent's activity are not counted. Default: no bound.
   */
  readonly maxBytes?: number;
  /**
   * What happens to a write that would exceed a bound even after expired data is freed. Either way, timed-out sessions
   * that have not been reported yet are forgotten first. `"refuse"`: the write rejects with `MEM_CAPACITY` and none of
   * it is stored. `"evict"`: the least recently read or written entries are evicted; each is counted in `health()` and
   * published on the `node:diagnostics_channel` channel `mem:eviction`. Logs, sessions and claims are never evicted: a
   * write that would not fit even without any other entry is refused, and evicts none. Default `"refuse"`.
   */
  readonly whenFull?: "refuse" | "evict";
}

/** The bounds; `Infinity` means no bound. */
export interface Limits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly whenFull: "refuse" | "evict";
}

export interface ResolvedOptions {
  readonly clock: Clock;
  /** Absent: no bounds. */
  readonly limits: Limits | undefined;
}

const OPTIONS: NamesOf<MemoryBackendOptions> = {
  clock: true,
  maxEntries: true,
  maxBytes: true,
  whenFull: true,
};

/** Fills in the defaults. Throws `MEM_INVALID_ARGUMENT` naming the option. */
export function resolveOptions(options: MemoryBackendOptions): ResolvedOptions {
  checkOptions(options, OPTIONS);
  const { clock = systemClock, maxEntries, maxBytes, whenFull } = options;
  checkClock(clock, "options.clock");
  checkBound("options.maxEntries", maxEntries);
  checkBound("options.maxBytes", maxBytes);
  if (whenFull !== undefined && whenFull !== "refuse" && whenFull !== "evict") {
    throw invalid("options.whenFull", 'has to be "refuse" or "evict"');
  }
  if (maxEntries === undefined && maxBytes === undefined) {
    if (whenFull === "evict") {
      throw invalid("options.whenFull", "needs a bound: give maxEntries or maxBytes as well");
    }
    return { clock, limits: undefined };
  }
  const limits = {
    maxEntries: maxEntries ?? Infinity,
    maxBytes: maxBytes ?? Infinity,
    whenFull: whenFull ?? "refuse",
  };
  return { clock, limits };
}

function checkBound(path: string, bound: unknown): void {
  if (bound === undefined || (Number.isSafeInteger(bound) && (bound as number) >= 1)) return;
  throw invalid(path, "has to be a whole number from 1");
}

function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
