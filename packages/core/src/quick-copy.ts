import type { JsonLimits, JsonObject, JsonValue } from "./json.ts";

/** Thrown where a value is not quite plain. Made once: what is wrong, and where, is for the careful copier to say. */
const NOT_PLAIN = new Error("not plain JSON");

/**
 * A copy of what is plain JSON within the limits; `undefined` for anything that needs a closer look.
 *
 * Nearly every value is plain, so this walk keeps no record of where it is. Spread and `slice` lay a copy out as
 * compactly as what they copy: built up by pushing and adding, it would take half as much room again.
 */
export function quickCopy(value: unknown, limits: JsonLimits): JsonValue | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  // What somebody has added to every object is no property of this one.
  for (const _ in Object.prototype) return undefined;
  try {
    return copyContainer(value, 0, { size: 0, limits });
  } catch {
    // Also what a getter threw.
    return undefined;
  }
}

interface Walk {
  /** Characters of JSON so far, or a few more: what is too large by this count is counted exactly by the other. */
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

/** Whether it is `-0`, which JSON makes a 0; throws for what JSON has no word for. */
function isOtherThanItsJson(item: unknown): boolean {
  if (item === null || typeof item === "boolean") return false;
  if (typeof item !== "number" || !Number.isFinite(item)) throw NOT_PLAIN;
  return Object.is(item, -0);
}
