import type { FieldFilter, Filter } from "@mem/core";
import { FIELD_KINDS, itemFacet, kindFacet, valueFacet } from "../table/facets.ts";
import { hasFacet } from "../table/sql.ts";

/**
 * An SQL condition that holds for every row that meets a filter and for few others, and that LanceDB can look up in an
 * index. `matchesFilter` decides. `undefined`: it would hold for every row.
 */
export function pushedFilter(filter: Filter): string | undefined {
  switch (filter.op) {
    case "and": {
      const conditions = filter.filters.map(pushedFilter).filter((each) => each !== undefined);
      return conditions.length === 0 ? undefined : joined(conditions, "AND");
    }
    case "or": {
      const conditions = filter.filters.map(pushedFilter);
      if (conditions.length === 0) return "false";
      return conditions.includes(undefined) ? undefined : joined(conditions as string[], "OR");
    }
    case "not":
      // A row that may meet the inner condition may just as well not meet it: none can be excluded.
      return undefined;
    default:
      return pushedField(filter);
  }
}

function pushedField(filter: FieldFilter): string | undefined {
  const { op } = filter;
  if (op === "ne" || op === "nin" || (op === "exists" && !filter.value)) return undefined;
  const facets = facetsFor(filter);
  return facets.length === 0 ? "false" : hasFacet([...new Set(facets)]);
}

/** Every row that meets the condition has one of these facets. */
function facetsFor(filter: FieldFilter): number[] {
  const { op, field } = filter;
  switch (op) {
    case "eq":
      return [valueFacet(field, filter.value)];
    case "in":
      return filter.value.map((value) => valueFacet(field, value));
    case "contains": {
      const item = itemFacet(field, filter.value);
      // No index knows what a string contains.
      return typeof filter.value === "string" ? [item, kindFacet(field, "string")] : [item];
    }
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return [kindFacet(field, typeof filter.value === "string" ? "string" : "number")];
    default:
      return FIELD_KINDS.map((kind) => kindFacet(field, kind));
  }
}

function joined(conditions: readonly string[], operator: "AND" | "OR"): string {
  return `(${conditions.join(` ${operator} `)})`;
}
