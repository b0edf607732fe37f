import { readFile } from "node:fs/promises";
import { writeFileDurably } from "@mem/append-log";
import { MemoryError, parseJson, type EmbedderFingerprint } from "@mem/core";

/** Goes up when a release changes the layout so that earlier releases can't read it. */
const FORMAT = 2;

/** What a store is, in a file of its own. It is written last when a store is created: without it, there is no store. */
export interface StoreDescription {
  readonly format: number;
  /** The `id` of the analyzer that made the terms. */
  readonly analyzer: string;
  /** The embedder that makes the vectors, if any; in folders of the current format, `base.json` says that. */
  readonly embedder?: EmbedderFingerprint;
  readonly history?: HistoryDescription;
}

/** Once there is one, every process continues it, whatever options it opens the store with. */
export interface HistoryDescription {
  /** The time since which it is complete, in milliseconds since 1970. */
  readonly since: number;
  readonly retentionDays: number;
}

export function describeStore(
  analyzer: string,
  embedder: EmbedderFingerprint | undefined,
): StoreDescription {
  return {
    format: FORMAT,
    analyzer,
    ...(embedder && { embedder: { model: embedder.model, dimensions: embedder.dimensions } }),
  };
}

/** Whether the store has the layout of an earlier release, which this one no longer writes. */
export function isOlder({ format }: StoreDescription): boolean {
  return format < FORMAT;
}

/** The description of a store that was migrated to the current format. */
export function migrated(description: StoreDescription): StoreDescription {
  return { ...description, format: FORMAT };
}

/** `undefined` if there is no store yet. Rejects with `MEM_FORMAT` for a later format or another kind of file. */
export async function readDescription(path: string): Promise<StoreDescription | undefined> {
  let json: string;
  try {
    json = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return parseDescription(json, path);
}

/** Throws `MEM_FORMAT`; `where` names the origin in the message. */
export function parseDescription(json: string, where: string): StoreDescription {
  const description = parse(json, where);
  if (description.format > FORMAT) {
    throw new MemoryError(
      "MEM_FORMAT",
      `${where} says format ${description.format}, and this release of @mem/longterm-lancedb knows formats up to ${FORMAT}; update the package`,
    );
  }
  return description;
}

function parse(json: string, where: string): StoreDescription {
  try {
    const description = parseJson(json) as StoreDescription;
    if (Number.isInteger(description.format) && typeof description.analyzer === "string") {
      return description;
    }
  } catch {
    // Reported below.
  }
  throw new MemoryError("MEM_FORMAT", `${where} is not the description of a store`);
}

export function writeDescription(path: string, description: StoreDescription): Promise<void> {
  return writeFileDurably(path, `${JSON.stringify(description, undefined, 2)}\n`);
}

/** Throws `MEM_DIMENSION` or `MEM_EMBEDDING` if another embedder made the store's vectors. */
export function refuseForeignEmbedder(
  own: EmbedderFingerprint | undefined,
  given: EmbedderFingerprint | undefined,
): void {
  const refusal = foreignEmbedder(own, given);
  if (refusal !== undefined) throw refusal;
}

/** The error for an embedder that did not make the store's vectors; `undefined`: there is none. */
export function foreignEmbedder(
  own: EmbedderFingerprint | undefined,
  given: EmbedderFingerprint | undefined,
): MemoryError | undefined {
  if (own === undefined || given === undefined) return undefined;
  const remedy =
    "open the store with that one, or open it without an embedder and have all vectors made anew by reembed(embedder)";
  if (own.model !== given.model) {
    return new MemoryError(
      "MEM_EMBEDDING",
      `the store's vectors were made by ${JSON.stringify(own.model)}, which ${JSON.stringify(given.model)} can't be mixed with; ${remedy}`,
      { retryable: false, path: "options.embedder" },
    );
  }
  if (own.dimensions !== given.dimensions) {
    return new MemoryError(
      "MEM_DIMENSION",
      `the store's vectors, made by ${JSON.stringify(own.model)}, have ${own.dimensions} dimensions, those of the embedder ${given.dimensions}; ${remedy}`,
      { path: "options.embedder" },
    );
  }
  return undefined;
}
