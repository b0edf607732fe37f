import { CarefulCopier } from "./careful-copier.ts";
import { MemoryError } from "./errors.ts";
import {
  DEFAULT_JSON_LIMITS,
  setOwn,
  type JsonLimits,
  type JsonObject,
  type JsonValue,
} from "./json.ts";
import { quickCopy } from "./quick-copy.ts";

/**
 * Returns a copy of `value` that shares nothing with it, and refuses whatever JSON would change or drop.
 *
 * `-0` becomes `0`. Throws `MEM_NOT_JSON` (`undefined`, functions, `BigInt`, `NaN`, `Date`, class instances, cycles,
 * sparse arrays, lone surrogates, deeper than `maxDepth`) or `MEM_TOO_LARGE`; the error names the path.
 */
export function copyJson(
  value: unknown,
  path: string,
  limits: JsonLimits = DEFAULT_JSON_LIMITS,
): JsonValue {
  const copy = quickCopy(value, limits);
  return copy === undefined ? new CarefulCopier(path, limits).copy(value, 0) : copy;
}

/** `copyJson` for a value that has to be an object, such as metadata. */
export function copyJsonObject(value: unknown, path: string, limits?: JsonLimits): JsonObject {
  const copy = copyJson(value, path, limits);
  if (typeof copy !== "object" || copy === null || Array.isArray(copy)) {
    throw new MemoryError("MEM_INVALID_ARGUMENT", `${path} has to be a plain object`, { path });
  }
  return copy;
}

/** Copies a value that is known to be JSON, to return it while the original stays stored. */
export function cloneJson<T extends JsonValue>(value: T): T {
  return clone(value) as T;
}

function clone(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    // `slice` allocates the exact length; an array that grows by `push` reserves room for many more items.
    const items = value.slice();
    for (let i = 0; i < items.length; i++) {
      const item = items[i] as JsonValue;
      if (isContainer(item)) items[i] = clone(item);
    }
    return items;
  }
  const out: JsonObject = {};
  for (const key in value) {
    const item = value[key] as JsonValue;
    const copy = isContainer(item) ? clone(item) : item;
    if (key === "__proto__") setOwn(out, key, copy);
    else out[key] = copy;
  }
  return out;
}

// Most items are not containers: skipping the call for them halves the time.
function isContainer(value: JsonValue): boolean {
  return typeof value === "object" && value !== null;
}
