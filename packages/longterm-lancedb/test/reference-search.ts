import { encodeScope, matchesFilter, type SearchRequest, type SearchScope } from "@mem/core";
import {
  borrowFromNeighbours,
  cosine,
  createCollapse,
  createKeywordQuery,
  createTermCounter,
  createWordConditions,
  documentLength,
  excerpt,
  finalScore,
  fuse,
  rank,
  recencyFactor,
  scoreKeyword,
  type Hit,
} from "@mem/search";
import { analyzer, type Placed } from "./view.ts";

/** The parts of a hit that are compared. */
export interface Expected {
  readonly key: string;
  readonly scope: string;
  readonly score: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly passage: string;
  readonly duplicates: readonly string[];
}

interface Scored extends Hit {
  readonly placed: Placed;
  readonly terms: readonly string[];
  readonly cosine: number | undefined;
}

/** The parameters of a search. */
export interface Asked {
  readonly scope: SearchScope;
  readonly byKeyword: boolean;
  readonly vector: Float32Array | undefined;
  readonly weight: number;
  readonly at: number;
}

/** Searches by looking at every entry in turn: the reference for any other way. */
export function searchPlainly(
  all: readonly Placed[],
  { scope, byKeyword, vector, weight, at }: Asked,
  request: SearchRequest,
): Expected[] {
  const { text, prefix = false, topK, minScore, recency, filter } = request;
  const entries = all.filter((each) => isSearched(scope, each));
  const texts = entries.map(({ write }) => analyzer.analyze(write.text));
  const terms = byKeyword ? analyzer.analyzeQuery(text, { prefix }) : [];
  const count = createTermCounter(terms);
  const counted = texts.map((own) => count(own));
  const query = byKeyword
    ? createKeywordQuery(terms, {
        documents: entries.length,
        totalLength: texts.reduce((sum, own) => sum + documentLength(own), 0),
        documentFrequency: (term) =>
          counted.filter((each) => (each?.frequencies[terms.indexOf(term)] ?? 0) > 0).length,
      })
    : undefined;
  const scored = entries.map((placed, i): Scored => {
    const own = vector && placed.vector && cosine(vector, placed.vector);
    const counts = counted[i];
    const keyword = query && (counts ? scoreKeyword(query, counts) : 0);
    const score = fuse({ keyword, cosine: own, weight });
    const id = `${placed.write.key}\0${encodeScope(placed.scope)}`;
    return {
      ...score,
      id,
      placed,
      terms: texts[i] ?? [],
      cosine: own,
      sequence: placeOf(placed, entries),
    };
  });
  const conditions = createWordConditions(request, analyzer);
  const age = ({ placed }: Scored): number | undefined =>
    recency && recencyFactor(recency, at - placed.updatedAt);
  const ranked = rank(
    (request.neighbours ? borrowFromNeighbours(scored) : scored).filter(
      ({ placed, terms: own }) =>
        (filter === undefined || matchesFilter(filter, placed.write.metadata)) &&
        (conditions?.meets(own) ?? true),
    ),
    { topK: Infinity, minScore, neighbours: false, recency: (hit) => age(hit) ?? 1 },
  );
  const distinct = createCollapse<Scored>(topK);
  for (const hit of ranked) if (!distinct.offer(hit, hit.terms)) break;
  const kept =
    request.collapse === true
      ? distinct.kept
      : ranked.slice(0, topK).map((hit) => ({ hit, duplicates: [] }));
  return kept.map(({ hit, duplicates }) => {
    const { placed, scores, cosine: own } = hit;
    const basis = { keyword: byKeyword, vector: own !== undefined, recency: age(hit) };
    return {
      key: placed.write.key,
      scope: encodeScope(placed.scope),
      ...finalScore(scores, basis),
      passage: excerpt({ text: placed.write.text, analyzer, query }).passage.text,
      duplicates: duplicates.map((each) => each.placed.write.key),
    };
  });
}

function isSearched({ tenantId, workflowId, agentIds }: SearchScope, { scope }: Placed): boolean {
  if (scope.tenantId !== tenantId) return false;
  if (workflowId !== undefined && scope.workflowId !== workflowId) return false;
  return agentIds === undefined
    ? scope.agentId === undefined
    : scope.agentId !== undefined && agentIds.includes(scope.agentId);
}

/** The place of an entry in its sequence, counted by positions. */
function placeOf(
  { scope, write: { sequence } }: Placed,
  entries: readonly Placed[],
): Hit["sequence"] {
  if (sequence === undefined) return undefined;
  const id = JSON.stringify([encodeScope(scope), sequence.id]);
  const before = entries.flatMap((each) => {
    const own = each.write.sequence;
    const isBefore = own?.id === sequence.id && own.position < sequence.position;
    return isBefore && encodeScope(each.scope) === encodeScope(scope) ? [own.position] : [];
  });
  return { id, position: new Set(before).size };
}
