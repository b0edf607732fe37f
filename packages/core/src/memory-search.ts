import { invalid, MemoryError } from "./errors.ts";
import { checkReranker, searchReranked } from "./reranker.ts";
import { memoryType } from "./memory-type.ts";
import type { Router } from "./router.ts";
import { checkId, type SearchScope } from "./scope.ts";
import type { SearchHit } from "./search-hit.ts";
import type { SearchOptions } from "./search-options.ts";
import { searchRequest } from "./search-query.ts";
import type { SearchRequest } from "./search-request.ts";

/** Searches a handle's long-term memory, or the knowledge. Refuses bad input before any call to a backend. */
export async function searchMemory(
  router: Router,
  query: string,
  options: SearchOptions,
): Promise<SearchHit[]> {
  const type = memoryType(options.memoryType, "long_term");
  if (type === "short_term") {
    throw new MemoryError(
      "MEM_UNSUPPORTED",
      "short-term memory can't be searched; list it, or save what is to be found as long_term",
    );
  }
  const { reranker, workflowId, signal } = options;
  const { backends, place } = router;
  const request = searchRequest(query, options);
  if (reranker !== undefined) checkReranker(reranker);
  const within = narrowed(place.searchScope, workflowId);
  const search = async (asked: SearchRequest): Promise<SearchHit[]> => {
    const call = await router.callBesideShortTerm(signal);
    return type === "shared"
      ? backends.knowledge.search(place.scope.tenantId, asked, call)
      : backends.longTerm.search(within, asked, call);
  };
  return searchReranked(reranker, request, search, signal);
}

/** A search may narrow its handle's scope, never widen it: a team's memory stays in its own workflow. */
function narrowed(scope: SearchScope, workflowId: string | undefined): SearchScope {
  if (workflowId === undefined) return scope;
  checkId(workflowId, "options.workflowId");
  if (scope.workflowId !== undefined && scope.workflowId !== workflowId) {
    throw invalid(
      "options.workflowId",
      "names another workflow than the one this memory belongs to",
    );
  }
  return { ...scope, workflowId };
}
