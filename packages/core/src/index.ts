export { isMemoryError, MemoryError, throwIfAborted } from "./errors.ts";
export type { ItemResult, MemoryErrorCode, MemoryErrorOptions, Outcome } from "./errors.ts";
export { publishFailure } from "./failure-channel.ts";
export type { BackgroundFailure } from "./failure-channel.ts";
export { checkOptions } from "./checks.ts";
export type { NamesOf } from "./checks.ts";
export { cloneJson, copyJson, copyJsonObject } from "./copy-json.ts";
export { DEFAULT_JSON_LIMITS } from "./json.ts";
export { parseJson } from "./parse-json.ts";
export type {
  JsonCompatible,
  JsonInput,
  JsonLimits,
  JsonObject,
  JsonPrimitive,
  JsonValue,
} from "./json.ts";
export {
  checkId,
  checkScope,
  checkSearchScope,
  decodeParts,
  encodeParts,
  encodeScope,
} from "./scope.ts";
export type { AgentScope, Scope, SearchScope, TeamScope, WorkflowRef } from "./scope.ts";
export { checkClock, createManualClock, systemClock } from "./clock.ts";
export type { Clock, ManualClock } from "./clock.ts";
export type {
  Entry,
  EntryPlace,
  EntrySource,
  LongTermEntry,
  Removal,
  Sequence,
  Write,
  WriteResult,
} from "./entry.ts";
export type {
  ActivityKind,
  CallOptions,
  ClaimRef,
  KeyedStore,
  ListRequest,
  Page,
  ReadCallOptions,
  SessionCall,
} from "./keyed-store.ts";
export type { Durability, Health } from "./health.ts";
export type {
  LogBounds,
  LogEdit,
  LogItem,
  LogRead,
  LogWrite,
  ShortTermBackend,
  ShortTermCapabilities,
  ShortTermStats,
  ShortTermWrite,
  Increment,
  ValuesAtOnce,
  Incremented,
} from "./short-term-backend.ts";
export type {
  AgentActivity,
  ClaimChange,
  ClaimRequest,
  EndedWorkflow,
  StartedWorkflow,
  WorkflowClaim,
  WorkflowEnd,
  WorkflowLifetimes,
  WorkflowSize,
  WorkflowStart,
  WorkflowState,
} from "./workflow-lifetimes.ts";
export { checkEmbedder } from "./embedder.ts";
export type { EmbedOptions, Embedder, EmbedderFingerprint } from "./embedder.ts";
export { createCachedEmbedder } from "./cached-embedder.ts";
export type { CachedEmbedderOptions } from "./cached-embedder.ts";
export { createHashingEmbedder } from "./hashing-embedder.ts";
export type { HashingEmbedderOptions } from "./hashing-embedder.ts";
export { createServiceEmbedder } from "./service-embedder.ts";
export type { ServiceEmbedderOptions } from "./service-embedder.ts";
export type { EmbeddingLimits, EmbeddingRequest } from "./embedding-request.ts";
export type { EmbeddingFailure } from "./service-failure.ts";
export { checkVectors } from "./service-vectors.ts";
export { relocateFailure, vectorsBefore } from "./unfinished-vectors.ts";
export type {
  LongTermCapabilities,
  LongTermStats,
  LongTermStore,
  LongTermWrite,
} from "./long-term-store.ts";
export type { Passage, SearchHit, SearchScores } from "./search-hit.ts";
export type { Rerankable, Reranker } from "./reranker.ts";
export type { Recency, SearchMode, SearchRequest } from "./search-request.ts";
export type { Reembedded, ReembedOptions, ReembedProgress } from "./reembedding.ts";
export { renderForPrompt } from "./prompt.ts";
export type { PromptOptions, RenderedMemories } from "./prompt.ts";
export type { PromptForm, PromptHit, PromptTrust } from "./prompt-memory.ts";
export type { MessageHit } from "./message-hit.ts";
export type {
  ConversationSearchOptions,
  MessageScorer,
  SearchableMessage,
} from "./conversation/conversation-search.ts";
export { contentHash } from "./content-hash.ts";
export type { HistoryRequest, Revision } from "./revision.ts";
export { checkErasureRequest } from "./erasure.ts";
export type { EraseOptions, Erasure, ErasureRequest } from "./erasure.ts";
export type { ErasureOptions, ErasureTarget } from "./erasure-target.ts";
export type { Verification, VerificationProblem } from "./verification.ts";
export { checkRecordErasureRequest } from "./record-erasure.ts";
export { checkPortableEntries, checkPortableRequest } from "./portable-entry-check.ts";
export type { PortableEntry, PortableRequest, Restored, RestoreOptions } from "./portable-entry.ts";
export type {
  AgentRecordStats,
  ExecutionRecord,
  RecordErasureRequest,
  RecordQuery,
  RecordStatsQuery,
  RecordStatus,
  RecordStore,
} from "./record-store.ts";
export type { Knowledge } from "./knowledge.ts";
export { checkFilter, where } from "./filter.ts";
export type { FieldFilter, Filter } from "./filter.ts";
export { matchesFilter } from "./filter-match.ts";
export { compareCodePoints } from "./code-points.ts";
export { memoryKey } from "./memory-key.ts";
export type { KeyInput, KeyLike, KeyOutput, MemoryKey } from "./memory-key.ts";
export type {
  SchemaInput,
  SchemaOutput,
  StandardSchema,
  StandardSchemaIssue,
  StandardSchemaResult,
} from "./standard-schema.ts";
export type {
  AgentMemory,
  Deletion,
  DeletionMatch,
  JsonItem,
  Listing,
  PageOptions,
  SaveItem,
} from "./agent-memory.ts";
export type {
  AbortOptions,
  DeleteOptions,
  IncrementOptions,
  ListOptions,
  LongTermSaveOptions,
  ReadOptions,
  RevisionOptions,
  SaveOptions,
  ShortTermSaveOptions,
  WritableOptions,
} from "./memory-options.ts";
export type { MemoryType } from "./memory-type.ts";
export type { SearchOptions } from "./search-options.ts";
export { MemoryManager } from "./manager.ts";
export type { MemoryManagerOptions } from "./manager.ts";
export type {
  ClearedSession,
  ClearSessionOptions,
  Memory,
  MemoryErasure,
  MemoryHealth,
  MemoryStats,
  SearchSimilarOptions,
  SessionListOptions,
} from "./memory.ts";
export type { WorkflowOptions } from "./workflow/workflow-start.ts";
export type { Workflow, WorkflowEndOptions } from "./workflow/workflow.ts";
export type { ClaimedWorkflow } from "./workflow/claimed-workflow.ts";
export type { ClaimOptions } from "./workflow/step-claims.ts";
export type { ForkOptions } from "./workflow/fork.ts";
export type { PromoteOptions } from "./workflow/promotion.ts";
export type { WatchedChange, WatchOptions } from "./workflow/watched-change.ts";
export { summarizeSession } from "./workflow/session-summary.ts";
export type { SessionSummary } from "./workflow/session-summary.ts";
export type { SessionEvent } from "./workflow/session-channel.ts";
export type { HistoryOptions } from "./conversation/conversation.ts";
export type { ConversationSummary } from "./conversation/conversation-summary.ts";
export type {
  ConversationMessage,
  MessageChange,
  MessageRole,
  NewMessage,
  NewToolCall,
  ToolCall,
} from "./conversation/message.ts";
export { estimateTokens } from "./estimated-tokens.ts";
export type { RecordListOptions, RecordStatsOptions } from "./audit-trail.ts";
export type { NewExecutionRecord } from "./complete-record.ts";
export type { RecordRedaction } from "./redaction.ts";
export { redactSecrets } from "./redact-secrets.ts";
export type { RedactSecretsOptions } from "./redact-secrets.ts";
