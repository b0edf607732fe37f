import { MemoryError, systemClock, type Clock } from "@mem/core";

export interface MemoryBackendOptions {
  /** Where time comes from. Default: the machine's clock. */
  readonly clock?: Clock;
  /**
   * How many things may be kept at once, of all tenants together: entries, items of logs (messages) and live sessions,
   * one each. Default: no bound.
   */
  readonly maxEntries?: number;
  /**
   * How many bytes of the heap all that is kept may take, of all tenants together: keys, values, metadata, log items,
   * sessions and what each takes beside. An estimate, within a quarter of what Node takes for values of some hundred
   * bytes or more. What a session notes of each agent's activity is not counted. Default: no bound.
   */
  readonly maxBytes?: number;
  /**
   * What becomes of a write that would go beyond a bound once what has expired is freed. `"refuse"`: it rejects with
   * `MEM_CAPACITY` and nothing of it is stored. `"evict"`: the entries that were used least recently go, reads and writes
   * being uses, each counted in `health()` and announced on the channel `mem:eviction` of `node:diagnostics_channel`;
   * logs and sessions stay, so that a write for which evicting all entries would not do is refused, and evicts none.
   * Default `"refuse"`.
   */
  readonly whenFull?: "refuse" | "evict";
}

/** What may be kept; `Infinity` where there is no bound. */
export interface Limits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly whenFull: "refuse" | "evict";
}

export interface ResolvedOptions {
  readonly clock: Clock;
  /** Absent: none. */
  readonly limits: Limits | undefined;
}

const NAMES = ["clock", "maxEntries", "maxBytes", "whenFull"];
const CLOCK = ["now", "monotonic", "schedule"] as const;

/** Fills in the defaults. Throws `MEM_INVALID_ARGUMENT` naming the option. */
export function resolveOptions(options: MemoryBackendOptions): ResolvedOptions {
  if (typeof options !== "object" || options === null) {
    throw invalid("options", "have to be an object");
  }
  for (const name of Object.keys(options)) {
    if (NAMES.includes(name)) continue;
    throw invalid(`options.${name}`, `is unknown; options are ${NAMES.join(", ")}`);
  }
  const { clock = systemClock, maxEntries, maxBytes, whenFull } = options;
  checkClock(clock);
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

function checkClock(clock: Clock): void {
  const isClock =
    typeof clock === "object" &&
    clock !== null &&
    CLOCK.every((method) => typeof clock[method] === "function");
  if (!isClock) throw invalid("options.clock", `has to have ${CLOCK.join(", ")}`);
}

function checkBound(path: string, bound: unknown): void {
  if (bound === undefined || (Number.isSafeInteger(bound) && (bound as number) >= 1)) return;
  throw invalid(path, "has to be a whole number from 1");
}

function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
