import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openKnowledgeStore, type MemorySettings } from "@mem/config";
import {
  createKnowledge,
  ingestKnowledge,
  provenanceOf,
  readJsonl,
  readMarkdownFolder,
  type SourceDocument,
} from "@mem/knowledge";
import { createProgress } from "./progress.ts";
import { oneLine, type Show } from "./show.ts";

export interface KnowledgeCommand {
  readonly settings: MemorySettings;
  readonly show: Show;
  readonly signal: AbortSignal;
  /** A folder of Markdown, or a JSONL file of `{ id, text, meta }`. */
  readonly docs: string;
  readonly questions: readonly string[];
}

const QUESTIONS = [
  "How do I create a segment of contacts?",
  "How can I track which emails were opened?",
  "What does a campaign decision do?",
];

/** Ingests documents as shared knowledge and answers questions about them. A second run ingests only what changed. */
export async function knowledge(command: KnowledgeCommand): Promise<void> {
  const { settings, show, signal, docs } = command;
  await using store = await openKnowledgeStore(settings);
  const progress = createProgress(process.stderr, "documents");
  const startedAt = performance.now();
  const result = await ingestKnowledge({
    store,
    tenantId: settings.tenantId,
    // The same source, whatever folder the command is run in.
    collection: resolve(docs),
    documents: withTitles(await readDocuments(docs)),
    onProgress: ({ documents }) => progress.show(documents),
    signal,
  });
  progress.done();
  const seconds = (performance.now() - startedAt) / 1000;
  show.table(
    ["added", "changed", "removed", "unchanged", "passages", "seconds"],
    [
      [
        result.added,
        result.changed,
        result.removed,
        result.unchanged,
        result.passages,
        seconds.toFixed(1),
      ],
    ],
  );

  if (result.passages === 0) {
    show.say(`There is nothing to search: ${docs} contains no Markdown and no docs.jsonl.`);
    return;
  }
  const shared = createKnowledge({ store });
  for (const question of command.questions.length > 0 ? command.questions : QUESTIONS) {
    const request = { text: question, topK: 3, mode: "auto", neighbours: true } as const;
    const hits = await shared.search(settings.tenantId, request, { signal });
    show.say(`\n“${question}”`);
    show.table(
      ["score", "document", "heading", "passage", "matched"],
      hits.map((hit) => {
        const from = provenanceOf(hit);
        return [
          hit.score.toFixed(2),
          from?.document,
          [from?.title ?? "", ...(from?.headings ?? [])].filter(isNewHeading).join(" › "),
          oneLine(hit.snippet),
          hit.matched.join(", "),
        ];
      }),
    );
  }
}

/** A document's title is often its first heading: once is enough. */
function isNewHeading(heading: string, i: number, all: readonly string[]): boolean {
  return heading !== "" && all.indexOf(heading) === i;
}

/** A file is JSONL, and so is a folder's `docs.jsonl`; any other folder is Markdown. */
async function readDocuments(docs: string): Promise<AsyncGenerator<SourceDocument>> {
  if (!(await stat(docs)).isDirectory()) return readJsonl(docs);
  const file = join(docs, "docs.jsonl");
  return existsSync(file) ? readJsonl(file) : readMarkdownFolder(docs);
}

/** Sections of a manual are known by their page and heading: that is their title. */
async function* withTitles(
  documents: AsyncIterable<SourceDocument>,
): AsyncGenerator<SourceDocument> {
  for await (const document of documents) {
    const { page, heading } = document.metadata ?? {};
    const title = [page, heading]
      .filter((part): part is string => typeof part === "string" && part !== "")
      .join(" › ");
    yield document.title === undefined && title !== "" ? { ...document, title } : document;
  }
}
