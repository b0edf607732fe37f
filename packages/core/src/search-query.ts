import type { SearchOptions } from "./agent-memory.ts";
import { checkCount, checkOneOf, checkShare } from "./checks.ts";
import { invalid } from "./errors.ts";
import { checkFilter, where, type Filter } from "./filter.ts";
import type { SearchMode, SearchRequest } from "./search-request.ts";
import { checkId } from "./scope.ts";

const MODES: readonly SearchMode[] = ["auto", "keyword", "vector", "hybrid"];

/** What a store is asked, from what a caller said. */
export function searchRequest(query: string, options: SearchOptions): SearchRequest {
  if (typeof query !== "string") throw invalid("query", "has to be a string");
  const filter = combinedFilter(options);
  return {
    text: query.toWellFormed(),
    topK: checkCount(options.topK ?? 5, "options.topK", 1, 1000),
    mode: checkOneOf(options.mode ?? "auto", "options.mode", MODES),
    neighbours: options.neighbours ?? true,
    ...(options.minScore !== undefined && {
      minScore: checkShare(options.minScore, "options.minScore"),
    }),
    ...(filter !== undefined && { filter }),
  };
}

function combinedFilter({ filterMetadata, filter }: SearchOptions): Filter | undefined {
  const parts: Filter[] = [];
  if (filterMetadata !== undefined) {
    parts.push(checkFilter(where.all(filterMetadata), "options.filterMetadata"));
  }
  if (filter !== undefined) parts.push(checkFilter(filter, "options.filter"));
  return parts.length > 1 ? where.and(...parts) : parts[0];
}

/** Whose memories are searched. */
export function checkAgentIds(agentIds: readonly string[]): readonly string[] {
  if (!Array.isArray(agentIds) || agentIds.length === 0) {
    throw invalid("options.agentIds", "has to name at least one agent");
  }
  return Array.from(agentIds, (id: unknown, i) => checkId(id, `options.agentIds[${i}]`));
}
