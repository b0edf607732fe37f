import { invalid } from "./errors.ts";
import { copyJson } from "./copy-json.ts";
import { type JsonPrimitive, type JsonValue } from "./json.ts";
import { checkId } from "./scope.ts";

/** A condition on one field of the metadata. */
export type FieldFilter =
  | { readonly op: "eq" | "ne"; readonly field: string; readonly value: JsonPrimitive }
  | {
      readonly op: "gt" | "gte" | "lt" | "lte";
      readonly field: string;
      readonly value: string | number;
    }
  | { readonly op: "in" | "nin"; readonly field: string; readonly value: readonly JsonPrimitive[] }
  | { readonly op: "contains"; readonly field: string; readonly value: JsonPrimitive }
  | { readonly op: "exists"; readonly field: string; readonly value: boolean };

/** A condition on metadata. Build it with `where`; it is plain data that you can store and send. */
export type Filter =
  | FieldFilter
  | { readonly op: "and" | "or"; readonly filters: readonly Filter[] }
  | { readonly op: "not"; readonly filter: Filter };

/**
 * Builds filters: `where.and(where.eq("status", "done"), where.gte("score", 0.8))`.
 *
 * Fields are the top-level names of the metadata, taken literally. `matchesFilter` defines each operator.
 */
export const where = {
  eq: (field: string, value: JsonPrimitive): Filter => ({ op: "eq", field, value }),
  ne: (field: string, value: JsonPrimitive): Filter => ({ op: "ne", field, value }),
  gt: (field: string, value: string | number): Filter => ({ op: "gt", field, value }),
  gte: (field: string, value: string | number): Filter => ({ op: "gte", field, value }),
  lt: (field: string, value: string | number): Filter => ({ op: "lt", field, value }),
  lte: (field: string, value: string | number): Filter => ({ op: "lte", field, value }),
  in: (field: string, value: readonly JsonPrimitive[]): Filter => ({ op: "in", field, value }),
  nin: (field: string, value: readonly JsonPrimitive[]): Filter => ({ op: "nin", field, value }),
  contains: (field: string, value: JsonPrimitive): Filter => ({ op: "contains", field, value }),
  exists: (field: string, value = true): Filter => ({ op: "exists", field, value }),
  and: (...filters: readonly Filter[]): Filter => ({ op: "and", filters }),
  or: (...filters: readonly Filter[]): Filter => ({ op: "or", filters }),
  not: (filter: Filter): Filter => ({ op: "not", filter }),
  /** Matches if every field has exactly this value. */
  all: (fields: Readonly<Record<string, JsonPrimitive>>): Filter => ({
    op: "and",
    filters: Object.entries(fields).map(([field, value]) => ({ op: "eq", field, value })),
  }),
} as const;

const MAX_DEPTH = 32;

/** Returns a checked copy of a filter from an untrusted source. Throws `MEM_INVALID_ARGUMENT` with the path. */
export function checkFilter(filter: unknown, path: string, depth = 0): Filter {
  if (typeof filter !== "object" || filter === null) throw invalid(path, "has to be a filter");
  if (depth > MAX_DEPTH) throw invalid(path, `is nested deeper than ${MAX_DEPTH} levels`);
  const { op, field, value, filters, filter: inner } = filter as Record<string, unknown>;
  switch (op) {
    case "and":
    case "or":
      if (!Array.isArray(filters)) throw invalid(`${path}.filters`, "has to be an array");
      return {
        op,
        filters: filters.map((f, i) => checkFilter(f, `${path}.filters[${i}]`, depth + 1)),
      };
    case "not":
      return { op, filter: checkFilter(inner, `${path}.filter`, depth + 1) };
    case "eq":
    case "ne":
    case "contains":
      return { op, field: checkField(field, path), value: checkScalar(value, `${path}.value`) };
    case "gt":
    case "gte":
    case "lt":
    case "lte": {
      const bound = checkScalar(value, `${path}.value`);
      if (typeof bound !== "string" && typeof bound !== "number") {
        throw invalid(`${path}.value`, "has to be a string or a number");
      }
      return { op, field: checkField(field, path), value: bound };
    }
    case "in":
    case "nin":
      if (!Array.isArray(value)) throw invalid(`${path}.value`, "has to be an array");
      return {
        op,
        field: checkField(field, path),
        value: value.map((item, i) => checkScalar(item, `${path}.value[${i}]`)),
      };
    case "exists":
      if (typeof value !== "boolean") throw invalid(`${path}.value`, "has to be true or false");
      return { op, field: checkField(field, path), value };
    default:
      throw invalid(
        `${path}.op`,
        "has to be one of eq ne gt gte lt lte in nin contains exists and or not",
      );
  }
}

function checkField(field: unknown, path: string): string {
  return field === "" ? "" : checkId(field, `${path}.field`);
}

function checkScalar(value: unknown, path: string): JsonPrimitive {
  const copy: JsonValue = copyJson(value, path);
  if (typeof copy === "object" && copy !== null) {
    throw invalid(path, "has to be a string, a number, a boolean or null");
  }
  return copy;
}
