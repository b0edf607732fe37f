import { compareCodePoints } from "./code-points.ts";
import type { FieldFilter, Filter } from "./filter.ts";
import type { JsonObject, JsonValue } from "./json.ts";

/**
 * Whether metadata matches a filter: the definition that every backend follows.
 *
 * - `eq`: the field has exactly this value, of the same type. `ne` is its opposite, also if the field is missing.
 * - `gt` `gte` `lt` `lte`: both are numbers, or both strings (by Unicode code point: ISO dates compare as times).
 * - `in`: equal to one of them. `nin` is its opposite.
 * - `contains`: an array has the value as an item; a string contains the string, case-sensitive.
 * - `exists`: the field is present, even if it is `null`.
 * - `and` of nothing is true, `or` of nothing false.
 */
export function matchesFilter(filter: Filter, metadata: JsonObject | undefined): boolean {
  switch (filter.op) {
    case "and":
      return filter.filters.every((inner) => matchesFilter(inner, metadata));
    case "or":
      return filter.filters.some((inner) => matchesFilter(inner, metadata));
    case "not":
      return !matchesFilter(filter.filter, metadata);
    default:
      return matchesField(filter, metadata);
  }
}

function matchesField(filter: FieldFilter, metadata: JsonObject | undefined): boolean {
  const present = metadata !== undefined && Object.hasOwn(metadata, filter.field);
  const actual = present ? metadata[filter.field] : undefined;
  switch (filter.op) {
    case "eq":
      return actual === filter.value;
    case "ne":
      return actual !== filter.value;
    case "gt":
      return compare(actual, filter.value, (order) => order > 0);
    case "gte":
      return compare(actual, filter.value, (order) => order >= 0);
    case "lt":
      return compare(actual, filter.value, (order) => order < 0);
    case "lte":
      return compare(actual, filter.value, (order) => order <= 0);
    case "in":
      return filter.value.some((value) => value === actual);
    case "nin":
      return !filter.value.some((value) => value === actual);
    case "contains":
      return contains(actual, filter.value);
    case "exists":
      return present === filter.value;
  }
}

function compare(
  actual: JsonValue | undefined,
  bound: string | number,
  holds: (order: number) => boolean,
): boolean {
  if (typeof actual === "number" && typeof bound === "number") return holds(actual - bound);
  if (typeof actual === "string" && typeof bound === "string") {
    return holds(compareCodePoints(actual, bound));
  }
  return false;
}

function contains(actual: JsonValue | undefined, value: JsonValue): boolean {
  if (Array.isArray(actual)) return actual.includes(value);
  return typeof actual === "string" && typeof value === "string" && actual.includes(value);
}
