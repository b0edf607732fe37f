export { createAnalyzer, type Analyzer, type AnalyzerOptions, type Token } from "./analyzer.ts";
export { createKeywordQuery, scoreKeyword, type KeywordQuery } from "./bm25.ts";
export { cosine } from "./cosine.ts";
export { fuse, type Evidence, type Score, type ScoreParts } from "./fusion.ts";
export { createKeywordIndex, type KeywordIndex, type KeywordMatch } from "./keyword-index.ts";
export type { Language } from "./language.ts";
export { LANGUAGE_NAMES, loadLanguage, type LanguageName } from "./load-language.ts";
export {
  borrowFromNeighbours,
  missingNeighbours,
  type Hit,
  type SequencePlace,
} from "./neighbours.ts";
export { rank, type RankOptions } from "./ranking.ts";
export { snippet, type Snippet, type SnippetOptions, type TextRange } from "./snippet.ts";
export {
  combineStatistics,
  createStatistics,
  type FieldStatistics,
  type MutableStatistics,
} from "./statistics.ts";
export { documentLength, isStopTerm, joinTerms, MAX_TERM_LENGTH, splitTerms } from "./term.ts";
