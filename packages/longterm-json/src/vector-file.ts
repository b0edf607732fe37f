import { hash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncDirectory, systemCode, writeFileDurably } from "@mem/append-log";
import { embeddedTexts } from "@mem/search";
import { removeTemporaryFiles } from "./document-file.ts";
import { isRecord, readFormat, wrong, type FileFormat } from "./file-format.ts";
import { storageError } from "./storage-error.ts";

const FORMAT: FileFormat = { name: "mem-vectors", version: 1 };

/** Vectors of one model, by the digest of their text. */
export interface SavedVectors {
  readonly model: string;
  readonly dimensions: number;
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

/** The path of the vectors: beside the file of the entries, which numbers would make unreadable. */
export function vectorPath(path: string): string {
  return `${path.replace(/\.json$/, "")}.vectors.json`;
}

/** The path of another embedder's vectors until they replace the former ones. */
export function nextVectorPath(path: string): string {
  return `${path.replace(/\.json$/, "")}.next-vectors.json`;
}

/** Vectors belong to texts and not to entries, so they can never be those of another text. */
export function digestOf(text: string): string {
  return hash("sha256", text, "base64url");
}

/** `undefined` if there is no file yet. Rejects with `MEM_CORRUPT`, `MEM_FORMAT` or `MEM_UNAVAILABLE`. */
export async function readVectors(path: string): Promise<SavedVectors | undefined> {
  let content: Uint8Array;
  try {
    content = await readFile(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw storageError(error);
  }
  return readFormat(path, content, FORMAT, ({ model, dimensions, vectors }) => {
    if (typeof model !== "string") throw wrong("model", "has to be a string");
    if (typeof dimensions !== "number") throw wrong("dimensions", "has to be a number");
    if (!isRecord(vectors)) throw wrong("vectors", "has to be an object");
    const decoded = Object.entries(vectors).map(
      ([digest, base64]) => [digest, decode(base64, dimensions, `vectors.${digest}`)] as const,
    );
    return { model, dimensions, vectors: new Map(decoded) };
  });
}

/**
 * For a store without an embedder, which otherwise leaves the file alone: removes the vectors of all texts but these.
 */
export async function retainVectors(path: string, texts: Iterable<string>): Promise<void> {
  await removeTemporaryFiles(path);
  const saved = await readVectors(path);
  if (saved === undefined) return;
  const kept = new Set(Array.from(texts).flatMap(embeddedTexts).map(digestOf));
  const vectors = new Map([...saved.vectors].filter(([digest]) => kept.has(digest)));
  if (vectors.size < saved.vectors.size) await writeVectors(path, { ...saved, vectors });
}

/** Rejects with `MEM_UNAVAILABLE` and the like if the file exists and can't be removed. */
export async function removeVectors(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
    await syncDirectory(dirname(path));
  } catch (error) {
    throw storageError(error);
  }
}

export async function writeVectors(path: string, saved: SavedVectors): Promise<void> {
  const { model, dimensions, vectors } = saved;
  const content = {
    format: FORMAT.name,
    formatVersion: FORMAT.version,
    model,
    dimensions,
    vectors: Object.fromEntries(
      Array.from(vectors, ([digest, vector]) => [digest, encode(vector)]),
    ),
  };
  try {
    // Also fails if the content does not fit into one string.
    await writeFileDurably(path, `${JSON.stringify(content, undefined, 2)}\n`);
  } catch (error) {
    throw storageError(error);
  }
}

/** 32-bit floats, least significant byte first, in base64. */
function encode(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64");
}

function decode(base64: unknown, dimensions: number, path: string): Float32Array {
  const bytes = typeof base64 === "string" ? Buffer.from(base64, "base64") : Buffer.alloc(0);
  if (bytes.length !== dimensions * Float32Array.BYTES_PER_ELEMENT) {
    throw wrong(path, `has to hold ${dimensions} numbers`);
  }
  // A copy, because a view has to start at a multiple of four bytes.
  const vector = new Float32Array(new Uint8Array(bytes).buffer);
  if (!vector.every((number) => Number.isFinite(number))) {
    throw wrong(path, "has to hold finite numbers");
  }
  return vector;
}
