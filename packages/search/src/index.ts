export {
  createAnalyzer,
  type Analyzer,
  type AnalyzerOptions,
  type QueryAnalysisOptions,
  type Token,
} from "./analyzer.ts";
export { createKeywordQuery, scoreKeyword, type KeywordQuery } from "./bm25.ts";
export { createWordConditions, type WordConditions, type WordRequest } from "./conditions.ts";
export { cosine } from "./cosine.ts";
export { excerpt, type Excerpt, type ExcerptRequest } from "./excerpt.ts";
export { finalScore, type FinalScore, type ScoreBasis } from "./final-score.ts";
export { fuse, type Evidence, type Score, type ScoreParts } from "./fusion.ts";
export { createKeywordIndex, type KeywordIndex, type KeywordMatch } from "./keyword-index.ts";
export type { Language } from "./language.ts";
export { LANGUAGE_NAMES, loadLanguage, type LanguageName } from "./load-language.ts";
export { markdownBlocks, type Block } from "./markdown-blocks.ts";
export { createCollapse, type Collapse, type Collapsed } from "./near-duplicates.ts";
export { borrowFromNeighbours, type Hit, type SequencePlace } from "./neighbours.ts";
export { embeddedTexts, passagesOf, splitPassages, type Passage } from "./passages.ts";
export { isTermOf, termName, type QueryTerm, type TermPrefix } from "./query-term.ts";
export { rank, type RankOptions } from "./ranking.ts";
export { recencyFactor, type RecencyWeight } from "./recency.ts";
export { snippet, type Snippet, type SnippetOptions, type TextRange } from "./snippet.ts";
export { combineStatistics, type FieldStatistics } from "./statistics.ts";
export { createTermCounter, type TermCounter, type TermCounts } from "./term-counter.ts";
export { documentLength, isStopTerm, joinTerms, MAX_TERM_LENGTH, splitTerms } from "./term.ts";
