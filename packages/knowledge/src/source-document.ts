import { checkId, copyJsonObject, MemoryError, type JsonObject } from "@mem/core";

/** A document as its source gives it. */
export interface SourceDocument {
  /** Unique in the knowledge of a tenant; agents retrieve it by this. */
  readonly id: string;
  /** Markdown or plain text. */
  readonly text: string;
  /** Indexed with every passage. */
  readonly title?: string;
  /** Facts to filter by, kept with every passage. */
  readonly metadata?: JsonObject;
}

/** Throws `MEM_INVALID_ARGUMENT` that names the document by its place in the source. */
export function checkDocument(document: SourceDocument, place: number): SourceDocument {
  const path = `documents[${place}]`;
  const id = checkId(document?.id, `${path}.id`);
  for (const [name, value] of Object.entries({
    text: document.text,
    title: document.title ?? "",
  })) {
    if (typeof value === "string") continue;
    throw new MemoryError("MEM_INVALID_ARGUMENT", `${path}.${name} has to be a string`, {
      path: `${path}.${name}`,
    });
  }
  return {
    id,
    text: document.text.toWellFormed(),
    ...(document.title !== undefined && { title: document.title.toWellFormed() }),
    ...(document.metadata !== undefined && {
      metadata: copyJsonObject(document.metadata, `${path}.metadata`),
    }),
  };
}
