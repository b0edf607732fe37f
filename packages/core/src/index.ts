export { isMemoryError, MemoryError, throwIfAborted } from "./errors.ts";
export type { ItemResult, MemoryErrorCode, MemoryErrorOptions, Outcome } from "./errors.ts";
export { publishFailure } from "./failure-channel.ts";
export type { BackgroundFailure } from "./failure-channel.ts";
export { cloneJson, copyJson, copyJsonObject } from "./copy-json.ts";
export { DEFAULT_JSON_LIMITS } from "./json.ts";
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
export { createManualClock, systemClock } from "./clock.ts";
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
  KeyedStore,
  ListRequest,
  Page,
  ReadCallOptions,
  SessionCall,
} from "./keyed-store.ts";
export type { Durability, Health } from "./health.ts";
export type {
  LogBounds,
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
  EndedWorkflow,
  StartedWorkflow,
  WorkflowEnd,
  WorkflowLifetimes,
  WorkflowStart,
  WorkflowState,
} from "./workflow-lifetimes.ts";
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
} from "./conversation-search.ts";
export { contentHash } from "./content-hash.ts";
export type { HistoryRequest, Revision } from "./revision.ts";
export { checkErasureRequest } from "./erasure.ts";
export type { EraseOptions, Erasure, ErasureRequest } from "./erasure.ts";
export type { ErasureOptions, ErasureTarget } from "./erasure-target.ts";
export type { Verification, VerificationProblem } from "./verification.ts";
export { checkPortableEntries, checkPortableRequest } from "./portable-entry-check.ts";
export type { PortableEntry, PortableRequest, Restored, RestoreOptions } from "./portable-entry.ts";
export type { ExecutionRecord, RecordQuery, RecordStatus, RecordStore } from "./record-store.ts";
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
  DeleteOptions,
  IncrementOptions,
  Deletion,
  JsonItem,
  ListOptions,
  Listing,
  LongTermSaveOptions,
  MemoryType,
  ReadOptions,
  RevisionOptions,
  SaveItem,
  SaveOptions,
  SearchOptions,
  ShortTermSaveOptions,
  WritableOptions,
} from "./agent-memory.ts";
export { MemoryManager } from "./manager.ts";
export type { MemoryManagerOptions } from "./manager.ts";
export type {
  ClearedSession,
  Memory,
  MemoryHealth,
  MemoryStats,
  SearchSimilarOptions,
  WorkflowOptions,
} from "./memory.ts";
export type { Workflow } from "./workflow.ts";
export type {
  ConversationMessage,
  HistoryOptions,
  MessageRole,
  NewMessage,
} from "./conversation.ts";
export type { NewExecutionRecord, RecordListOptions } from "./audit-trail.ts";
