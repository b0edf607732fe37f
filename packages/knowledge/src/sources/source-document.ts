import { checkId, copyJsonObject, MemoryError, type JsonObject } from "@mem/core";
import { invalidArgument, located } from "../invalid-argument.ts";

/** A document as its source gives it. */
export interface SourceDocument {
  /** Unique within a tenant's knowledge, at most 8,000 characters; agents retrieve the document by it. */
  readonly id: string;
  /** Markdown or plain text. */
  readonly text: string;
  /** Indexed with every passage. */
  readonly title?: string;
  /** The file that it was read from; part of the provenance of its passages. */
  readonly path?: string;
  /** Metadata to filter by, kept with every passage. */
  readonly metadata?: JsonObject;
  /** Its place in the source, e.g. `docs.jsonl:12`; used only in error messages. Default: `path`. */
  readonly place?: string;
}

/** A passage is retrieved by a key that is made from this. */
const MAX_DOCUMENT_ID_LENGTH = 8_000;

/** A checked copy. Throws errors that name the document, e.g. `documents[3].text (docs.jsonl:4)`. */
export function checkDocument(document: SourceDocument, position: number): SourceDocument {
  const path = `documents[${position}]`;
  if (typeof document !== "object" || document === null) {
    throw invalidArgument(path, "is no document");
  }
  const { title, path: file, metadata } = document;
  const place = document.place ?? file;
  const id = checkDocumentId(document.id, `${path}.id`);
  const text = checkText(document.text, `${path}.text`, place);
  return {
    id,
    text,
    ...(title !== undefined && { title: checkText(title, `${path}.title`, place) }),
    ...(file !== undefined && { path: checkText(file, `${path}.path`, place) }),
    ...(metadata !== undefined && { metadata: copyJsonObject(metadata, `${path}.metadata`) }),
    ...(place !== undefined && { place }),
  };
}

export function checkDocumentId(id: unknown, path: string): string {
  const checked = checkId(id, path);
  if (checked.length <= MAX_DOCUMENT_ID_LENGTH) return checked;
  const problem = `${path} is longer than ${MAX_DOCUMENT_ID_LENGTH} characters`;
  throw new MemoryError("MEM_TOO_LARGE", problem, { path });
}

/** Each id once. Throws `MEM_CONFLICT` otherwise. */
export function requireNew(
  { id, place }: SourceDocument,
  position: number,
  seen: ReadonlySet<string>,
): void {
  if (!seen.has(id)) return;
  const path = `documents[${position}].id`;
  throw new MemoryError("MEM_CONFLICT", `${located(path, place)} occurs twice in the source`, {
    path,
    retryable: false,
  });
}

function checkText(text: unknown, path: string, place: string | undefined): string {
  if (typeof text === "string") return text.toWellFormed();
  throw invalidArgument(path, "has to be a string", { place });
}
