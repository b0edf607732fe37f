import type { JsonObject, JsonPrimitive, JsonValue } from "@mem/core";

/** Few enough for LanceDB to keep their names in memory; in a million rows, some dozen others share each one. */
const BUCKETS = 1 << 16;

/** What a metadata field holds, as far as filters distinguish it. */
export type FieldKind = "string" | "number" | "array" | "other";
export const FIELD_KINDS: readonly FieldKind[] = ["string", "number", "array", "other"];

/**
 * The facets of a row: numbers that stand for its content and for each field of its metadata, by which LanceDB's index
 * finds it. Different things may share a number, so every row that is found by facets has to be checked.
 */
export function facetsOf(content: string, metadata: JsonObject | undefined): number[] {
  const facets = new Set([contentFacet(content)]);
  for (const [field, value] of Object.entries(metadata ?? {})) {
    const kind = kindOf(value);
    facets.add(kindFacet(field, kind));
    if (Array.isArray(value)) {
      for (const item of value) if (isPrimitive(item)) facets.add(itemFacet(field, item));
    } else if (isPrimitive(value)) {
      facets.add(valueFacet(field, value));
    }
  }
  return [...facets];
}

export function contentFacet(content: string): number {
  return bucketOf(`c${content}`);
}

/** The facet of a field that has a value of this kind, whatever the value. */
export function kindFacet(field: string, kind: FieldKind): number {
  return bucketOf(`k${kind}:${field}`);
}

/** The facet of a field that has this very value. */
export function valueFacet(field: string, value: JsonPrimitive): number {
  return bucketOf(`v${field}\0${typeof value}:${String(value)}`);
}

/** The facet of a field that has a list with this item. */
export function itemFacet(field: string, item: JsonPrimitive): number {
  return bucketOf(`i${field}\0${typeof item}:${String(item)}`);
}

function kindOf(value: JsonValue): FieldKind {
  if (Array.isArray(value)) return "array";
  if (typeof value === "string") return "string";
  return typeof value === "number" ? "number" : "other";
}

function isPrimitive(value: JsonValue): value is JsonPrimitive {
  return typeof value !== "object" || value === null;
}

/** FNV-1a, its upper half folded into the lower one. */
function bucketOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return ((hash >>> 16) ^ hash) & (BUCKETS - 1);
}
