import type { JsonLimits, JsonObject, JsonValue } from "./json.ts";

/** Thrown if a value is not quite plain. Made once: the careful copier says what is wrong, and where. */
const NOT_PLAIN = new Error("not plain JSON");

/**
 * Copies plain JSON within the limits; returns `undefined` for anything that needs a closer look.
 *
 * Nearly every value is plain, so this does not track the path. Spread and `slice` make a copy as compact as the
 * original; built by pushing and adding, it would take half as much memory again.
 */
export function quickCopy(value: unknown, limits: JsonLimits): JsonValue | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  // If somebody extended `Object.prototype`, the loops below would see inherited properties.
  for (const _ in Object.prototype) return undefined;
  try {
    return copyContainer(value, 0, { size: 0, limits });
  } catch {
    // A getter that throws ends up here, too.
    return undefined;
  }
}

interface Walk {
  /** Characters of JSON so far, or a few more; if they are too many, the careful copier counts them exactly. */
  size: number;
  readonly limits: JsonLimits;
}

function copyContainer(value: object, depth: number, walk: Walk): JsonValue {
  // A cycle ends here, too.
  if (depth >= walk.limits.maxDepth) throw NOT_PLAIN;
  const copy = Array.isArray(value)
    ? copyArray(value, depth, walk)
    : copyRecord(value, depth, walk);
  if (walk.size > walk.limits.maxSize) throw NOT_PLAIN;
  return copy;
}

function copyArray(value: readonly unknown[], depth: number, walk: Walk): JsonValue[] {
  const { length } = value;
  if (Object.getPrototypeOf(value) !== Array.prototype) throw NOT_PLAIN;
  if (Object.keys(value).length !== length) throw NOT_PLAIN;
  const copy = value.slice();
  let size = 2 + 9 * length;
  for (let i = 0; i < length; i++) {
    const item = copy[i];
    if (typeof item === "string") size += textSize(item);
    else if (typeof item === "object" && item !== null) {
      copy[i] = copyContainer(item, depth + 1, walk);
    } else if (isOtherThanItsJson(item)) copy[i] = 0;
  }
  walk.size += size;
  return copy as JsonValue[];
}

function copyRecord(value: object, depth: number, walk: Walk): JsonObject {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw NOT_PLAIN;
  const copy: Record<string, unknown> = { ...value };
  let size = 2;
  for (const key in copy) {
    if (key === "__proto__") throw NOT_PLAIN;
    size += textSize(key) + 12;
    const item = copy[key];
    if (typeof item === "string") size += textSize(item);
    else if (typeof item === "object" && item !== null) {
      copy[key] = copyContainer(item, depth + 1, walk);
    } else if (isOtherThanItsJson(item)) copy[key] = 0;
  }
  walk.size += size;
  return copy as JsonObject;
}

function textSize(text: string): number {
  if (!text.isWellFormed()) throw NOT_PLAIN;
  return text.length;
}

/** Whether it is `-0`, which JSON turns into 0; throws for anything that JSON can't represent. */
function isOtherThanItsJson(item: unknown): boolean {
  if (item === null || typeof item === "boolean") return false;
  if (typeof item !== "number" || !Number.isFinite(item)) throw NOT_PLAIN;
  return Object.is(item, -0);
}
