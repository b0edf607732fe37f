import { invalid, MemoryError } from "./errors.ts";

const MAX_SECONDS = 1e11;
const ISO_8601 =
  /^((?:\d{4}|[+-]\d{6})-\d\d-(\d\d))(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))?$/;

/** Converts seconds, as callers give them, to the milliseconds that backends take, rounded up. */
export function checkSeconds(seconds: unknown, path: string, otherwise = ""): number {
  if (typeof seconds !== "number" || !(seconds > 0) || seconds > MAX_SECONDS) {
    throw invalid(
      path,
      `has to be a number of seconds above 0 and at most ${MAX_SECONDS}${otherwise}`,
    );
  }
  return Math.ceil(seconds * 1000);
}

/** `checkSeconds`, but passes `null` through. */
export function checkTtl(ttl: number | null, path: string): number | null {
  return ttl === null ? null : checkSeconds(ttl, path, " or null");
}

/** `checkTtl`, but passes `"keep"` through. */
export function checkTtlOrKeep(ttl: number | "keep" | null, path: string): number | "keep" | null {
  if (ttl === null || ttl === "keep") return ttl;
  return checkSeconds(ttl, path, ', "keep" or null');
}

/** Any finite number; `-0` becomes `0`. */
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
  const time =
    typeof value === "number" || value instanceof Date ? new Date(value) : parseTime(value);
  if (time === undefined || Number.isNaN(time.getTime())) {
    throw invalid(path, "has to be a date, milliseconds since 1970 or an ISO 8601 string");
  }
  return time.toISOString();
}

/** Other formats depend on the time zone, and `Date` turns a day that its month does not have into another one. */
function parseTime(text: unknown): Date | undefined {
  if (typeof text !== "string") return undefined;
  const [, date, day] = ISO_8601.exec(text) ?? [];
  if (date === undefined || new Date(date).getUTCDate() !== Number(day)) return undefined;
  return new Date(text);
}

/** The property names of `T`, for `checkOptions`; the compiler refuses a list with a name missing or one too many. */
export type NamesOf<T> = { readonly [Name in keyof T]-?: true };

/**
 * Throws `MEM_INVALID_ARGUMENT` if `options` is not an object, or has an unknown name, which is nearly always a typo.
 * For authors of backends, too. `path` names the options in the error; default `"options"`.
 */
export function checkOptions<T extends object>(
  options: T,
  names: NamesOf<NoInfer<T>>,
  path: string = "options",
): void {
  requireObject(options, path);
  for (const name in options) {
    if (names[name] === true || isOfEveryObject(options, name)) continue;
    throw unknownName(`${path}.${name}`, "an option", names);
  }
}

const NONE = {};

/** `checkOptions` for a value to store. `given`: fields that it may have, but that are set anew. */
export function checkFields<T extends object>(
  value: T,
  names: NamesOf<NoInfer<T>>,
  path: string,
  given: { readonly [name: string]: true } = NONE,
): void {
  requireObject(value, path);
  for (const name in value) {
    if (names[name] === true || given[name] === true || isOfEveryObject(value, name)) continue;
    throw unknownName(`${path}.${name}`, "a field", names);
  }
}

/** Callers in plain JavaScript may pass `null`, or another argument in its place. */
function requireObject(value: unknown, path: string): void {
  if (value === undefined) throw invalid(path, "must be given");
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(path, "must be an object");
  }
}

/** Whether the name is only there because somebody extended `Object.prototype`. */
function isOfEveryObject(value: object, name: string): boolean {
  return name in Object.prototype && !Object.hasOwn(value, name);
}

function unknownName(path: string, kind: string, names: object): MemoryError {
  return invalid(path, `is not ${kind}; there are ${Object.keys(names).join(", ")}`);
}

export function notConfigured(what: string, option: string): MemoryError {
  return new MemoryError(
    "MEM_NOT_CONFIGURED",
    `this memory has no ${what}; give the MemoryManager one as \`${option}\``,
  );
}
