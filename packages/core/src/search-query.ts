import {
  checkCount,
  checkFlag,
  checkOneOf,
  checkOptions,
  checkSeconds,
  checkShare,
} from "./checks.ts";
import { copyJsonObject } from "./copy-json.ts";
import { invalid } from "./errors.ts";
import { checkFilter, where, type Filter } from "./filter.ts";
import type { JsonPrimitive } from "./json.ts";
import type { QueryOptions } from "./search-options.ts";
import { RECENCY, type Recency, type SearchMode, type SearchRequest } from "./search-request.ts";
import { checkId } from "./scope.ts";

const MODES: readonly SearchMode[] = ["auto", "keyword", "vector", "hybrid"];
const MAX_PHRASES = 100;
const RECENCY_WEIGHT = 0.3;

/** Makes the checked request to a store from a caller's arguments. */
export function searchRequest(query: string, options: QueryOptions): SearchRequest {
  if (typeof query !== "string") throw invalid("query", "has to be a string");
  const filter = combinedFilter(options);
  const { topK = 5, mode = "auto", neighbours = true } = options;
  const { minScore, match, phrases = [], prefix, recency, collapse } = options;
  return {
    text: query.toWellFormed(),
    topK: checkCount(topK, "options.topK", 1, 1000),
    mode: checkOneOf(mode, "options.mode", MODES),
    neighbours: checkFlag(neighbours, "options.neighbours"),
    ...(minScore !== undefined && { minScore: checkShare(minScore, "options.minScore") }),
    ...(filter !== undefined && { filter }),
    ...(match !== undefined && { match: checkOneOf(match, "options.match", ["any", "all"]) }),
    ...checkPhrases(phrases),
    ...(prefix !== undefined && { prefix: checkFlag(prefix, "options.prefix") }),
    ...(recency !== undefined && { recency: checkRecency(recency) }),
    ...(collapse !== undefined && { collapse: checkFlag(collapse, "options.collapse") }),
  };
}

/** An empty list is no condition. */
function checkPhrases(phrases: readonly string[]): Pick<SearchRequest, "phrases"> {
  if (!Array.isArray(phrases)) throw invalid("options.phrases", "has to be an array");
  if (phrases.length > MAX_PHRASES) {
    throw invalid("options.phrases", `has to name at most ${MAX_PHRASES} phrases`);
  }
  const checked = Array.from(phrases, (phrase: unknown, i) => {
    const path = `options.phrases[${i}]`;
    if (typeof phrase !== "string") throw invalid(path, "has to be a string");
    if (phrase.trim() === "") throw invalid(path, "has no words");
    return phrase.toWellFormed();
  });
  return checked.length === 0 ? {} : { phrases: checked };
}

function checkRecency(recency: Recency): Required<Recency> {
  checkOptions(recency, RECENCY, "options.recency");
  const { halfLife, weight = RECENCY_WEIGHT } = recency;
  checkSeconds(halfLife, "options.recency.halfLife");
  return { halfLife, weight: checkShare(weight, "options.recency.weight") };
}

function combinedFilter({ filterMetadata, filter }: QueryOptions): Filter | undefined {
  const parts: Filter[] = [];
  if (filterMetadata !== undefined) parts.push(fieldsFilter(filterMetadata));
  if (filter !== undefined) parts.push(checkFilter(filter, "options.filter"));
  return parts.length > 1 ? where.and(...parts) : parts[0];
}

/** Refuses what JSON would drop: without that condition, more would be found than was meant. */
function fieldsFilter(filterMetadata: unknown): Filter {
  const path = "options.filterMetadata";
  const fields = copyJsonObject(filterMetadata, path);
  for (const [field, value] of Object.entries(fields)) {
    if (typeof value !== "object" || value === null) continue;
    throw invalid(
      `${path}.${field}`,
      "has to be a string, a number, a boolean or null; options.filter takes other conditions",
    );
  }
  return checkFilter(where.all(fields as Record<string, JsonPrimitive>), path);
}

/** Checks the agents whose memories are searched. */
export function checkAgentIds(agentIds: readonly string[]): readonly string[] {
  if (!Array.isArray(agentIds) || agentIds.length === 0) {
    throw invalid("options.agentIds", "has to name at least one agent");
  }
  return Array.from(agentIds, (id: unknown, i) => checkId(id, `options.agentIds[${i}]`));
}
