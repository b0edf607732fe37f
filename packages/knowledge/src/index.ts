export { createKnowledge } from "./knowledge.ts";
export type { KnowledgeOptions } from "./knowledge.ts";
export { ingestKnowledge } from "./ingest.ts";
export type { IngestOptions, IngestProgress, IngestResult } from "./ingest.ts";
export { readJsonl } from "./jsonl-source.ts";
export { readMarkdownFolder } from "./markdown-source.ts";
export type { SourceDocument } from "./source-document.ts";
