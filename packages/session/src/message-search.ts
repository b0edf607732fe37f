import type { MessageHit, MessageScorer, SearchableMessage, SearchRequest } from "@mem/core";
import {
  borrowFromNeighbours,
  createAnalyzer,
  createCollapse,
  createKeywordIndex,
  createKeywordQuery,
  createWordConditions,
  excerpt,
  finalScore,
  fuse,
  loadLanguage,
  rank,
  recencyFactor,
  type Analyzer,
  type Collapsed,
  type Hit,
  type KeywordQuery,
  type LanguageName,
} from "@mem/search";

/** Makes a scorer that searches messages by their words, as a long-term store without an embedder searches entries. */
export async function loadMessageScorer(language: LanguageName): Promise<MessageScorer> {
  const analyzer = createAnalyzer({ language: await loadLanguage(language) });
  return (messages, request, admits, now) => {
    const { query, scored } = scoreWords(messages, request, analyzer);
    const conditions = createWordConditions(request, analyzer);
    // Only after all have their scores, so that conditions select among them and change none.
    const chosen = (request.neighbours ? borrowFromNeighbours(scored) : scored).filter(
      (hit) => admits(hit.message) && (conditions?.meets(hit.terms) ?? true),
    );
    const { recency } = request;
    const factorOf =
      recency && (({ message }: ScoredMessage) => recencyFactor(recency, now - message.timestamp));
    return best(chosen, request, factorOf).map((found) =>
      messageHit(found, query, analyzer, factorOf?.(found.hit)),
    );
  };
}

interface ScoredMessage extends Hit {
  readonly message: SearchableMessage;
  readonly terms: readonly string[];
}

/** Every message with its score; 0 if it has none of the words, since it may still borrow. */
function scoreWords(
  messages: readonly SearchableMessage[],
  { text, prefix = false }: SearchRequest,
  analyzer: Analyzer,
): { readonly query: KeywordQuery; readonly scored: readonly ScoredMessage[] } {
  const index = createKeywordIndex();
  const analyzed = messages.map((message) => {
    const terms = analyzer.analyze(message.text);
    index.add(message.id, terms);
    return { message, terms };
  });
  const query = createKeywordQuery(analyzer.analyzeQuery(text, { prefix }), index.statistics);
  const found = new Map(index.search(query).map(({ id, keyword }) => [id, keyword]));
  const scored = analyzed.map(({ message, terms }) => ({
    ...fuse({ keyword: found.get(message.id) ?? 0, weight: 0 }),
    id: message.id,
    sequence: { id: "conversation", position: message.position },
    message,
    terms,
  }));
  return { query, scored };
}

function best(
  hits: readonly ScoredMessage[],
  { topK, minScore, collapse: collapses = false }: SearchRequest,
  recency: ((hit: ScoredMessage) => number) | undefined,
): readonly Collapsed<ScoredMessage>[] {
  const ranking = { minScore, neighbours: false, recency };
  if (!collapses) {
    return rank(hits, { ...ranking, topK }).map((hit) => ({ hit, duplicates: [] }));
  }
  const collapse = createCollapse<ScoredMessage>(topK);
  for (const hit of rank(hits, { ...ranking, topK: Infinity })) {
    if (!collapse.offer(hit, hit.terms)) break;
  }
  return collapse.kept;
}

function messageHit(
  { hit: { message, scores }, duplicates }: Collapsed<ScoredMessage>,
  query: KeywordQuery,
  analyzer: Analyzer,
  recency: number | undefined,
): MessageHit {
  return {
    ...message,
    ...finalScore(scores, { keyword: true, vector: false, recency }),
    ...excerpt({ text: message.text, analyzer, query }),
    ...(duplicates.length > 0 && { duplicates: duplicates.map(({ id }) => id) }),
  };
}
