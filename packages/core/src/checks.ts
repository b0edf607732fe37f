import { invalid, MemoryError } from "./errors.ts";

const MAX_SECONDS = 1e11;
const ISO_8601 = /^[+-]?\d{4,6}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/;

/** Seconds as callers give them to the milliseconds that backends take, rounded up. */
export function checkSeconds(seconds: unknown, path: string, otherwise = ""): number {
  if (typeof seconds !== "number" || !(seconds > 0) || seconds > MAX_SECONDS) {
    throw invalid(
      path,
      `has to be a number of seconds above 0 and at most ${MAX_SECONDS}${otherwise}`,
    );
  }
  return Math.ceil(seconds * 1000);
}

/** `checkSeconds`, or `null` as it is. */
export function checkTtl(ttl: number | null, path: string): number | null {
  return ttl === null ? null : checkSeconds(ttl, path, " or null");
}

/** `checkTtl`, or `"keep"` as it is. */
export function checkTtlOrKeep(ttl: number | "keep" | null, path: string): number | "keep" | null {
  if (ttl === null || ttl === "keep") return ttl;
  return checkSeconds(ttl, path, ', "keep" or null');
}

/** Any number but NaN and the infinities; `-0` becomes `0`. */
export function checkNumber(value: unknown, path: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw invalid(path, "has to be a finite number");
  }
  return value + 0;
}

/** A whole number between two bounds, both included. */
export function checkCount(value: unknown, path: string, min: number, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw invalid(path, `has to be a whole number from ${min} to ${max}`);
  }
  return value;
}

/** A number from 0 to 1. */
export function checkShare(value: unknown, path: string): number {
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) {
    throw invalid(path, "has to be a number from 0 to 1");
  }
  return value;
}

export function checkFlag(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw invalid(path, "has to be true or false");
  return value;
}

/** One of a closed list of words. */
export function checkOneOf<T extends string>(
  value: unknown,
  path: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((word) => word === value);
  if (found === undefined) throw invalid(path, `has to be one of ${allowed.join(", ")}`);
  return found;
}

/** A point in time as ISO 8601 in UTC. */
export function checkTime(value: unknown, path: string): string {
  // Other forms of dates mean another moment in another time zone.
  const known =
    typeof value === "string"
      ? ISO_8601.test(value)
      : typeof value === "number" || value instanceof Date;
  const time = known ? new Date(value as string | number | Date) : undefined;
  if (time === undefined || Number.isNaN(time.getTime())) {
    throw invalid(path, "has to be a date, milliseconds since 1970 or an ISO 8601 string");
  }
  return time.toISOString();
}

/** Whoever writes plain JavaScript may hand in `null`, or the options in another argument's place. */
export function checkOptions(options: unknown): void {
  if (typeof options !== "object" || options === null) {
    throw invalid("options", "have to be an object, or left out");
  }
}

/** Refuses names that nobody reads, which are nearly always a slip of the pen. */
export function checkOptionNames(options: object, allowed: readonly string[], path: string): void {
  for (const name of Object.keys(options)) {
    if (!allowed.includes(name)) {
      throw invalid(`${path}.${name}`, `is not an option; there are ${allowed.join(", ")}`);
    }
  }
}

export function notConfigured(what: string, option: string): MemoryError {
  return new MemoryError(
    "MEM_NOT_CONFIGURED",
    `this memory has no ${what}; give the MemoryManager one as \`${option}\``,
  );
}
