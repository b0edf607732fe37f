import { checkCount, checkOneOf } from "./checks.ts";
import { copyJson, copyJsonObject } from "./copy-json.ts";
import type { EmbedderFingerprint } from "./embedder.ts";
import type { EntrySource } from "./entry.ts";
import { invalid, isMemoryError, MemoryError } from "./errors.ts";
import { checkSequence } from "./item-write.ts";
import type { JsonLimits } from "./json.ts";
import type { PortableEntry, PortableRequest, RestoreOptions } from "./portable-entry.ts";
import { checkId, checkScope } from "./scope.ts";

const SOURCES: readonly EntrySource[] = ["agent", "document", "message", "promotion"];

/** The latest time that a `Date` can represent. */
const LAST_TIME = 8.64e15;

/** The entry was stored under some other manager's limits; these are the widest that a manager accepts. */
const LIMITS: JsonLimits = { maxDepth: 1000, maxSize: 2 ** 29 };

/**
 * Returns what `restore` was given, checked, with copies of the values. For stores, before they write anything.
 *
 * Throws `MEM_INVALID_ARGUMENT`, `MEM_NOT_JSON` or `MEM_TOO_LARGE`, with the path, for an entry that no store produces,
 * and `MEM_DIMENSION` for a vector whose length is not that of `vectorsOf`.
 */
export function checkPortableEntries(
  entries: readonly PortableEntry[],
  { ifExists, vectorsOf }: RestoreOptions = {},
): PortableEntry[] {
  if (ifExists !== undefined) checkOneOf(ifExists, "options.ifExists", ["skip", "replace"]);
  if (vectorsOf !== undefined) checkFingerprint(vectorsOf);
  if (!Array.isArray(entries)) throw invalid("entries", "has to be an array");
  return Array.from(entries, (entry: PortableEntry, i) => {
    if (typeof entry !== "object" || entry === null) {
      throw invalid(`entries[${i}]`, "has to be an object");
    }
    // Paths are relative to the entry until one is needed: there may be millions of entries.
    try {
      return checkPortable(entry, vectorsOf);
    } catch (error) {
      throw within(`entries[${i}]`, error);
    }
  });
}

/**
 * Returns the request after checking it. For stores that are called directly. Throws `MEM_INVALID_ARGUMENT`, also for a
 * `tenantId` that is present but undefined: it would ask for every tenant's.
 */
export function checkPortableRequest(request: PortableRequest = {}): PortableRequest {
  if (typeof request !== "object" || request === null) throw invalid("request", "is missing");
  if ("tenantId" in request) checkId(request.tenantId, "request.tenantId");
  return request;
}

function checkPortable(
  portable: PortableEntry,
  vectorsOf: EmbedderFingerprint | undefined,
): PortableEntry {
  const { scope, entry, opId, vector } = portable;
  if (opId !== undefined) checkId(opId, "opId");
  if (vector !== undefined) checkVector(vector, vectorsOf);
  return {
    scope: checkScope(scope),
    entry: checkEntry(entry),
    ...(opId !== undefined && { opId }),
    ...(vector !== undefined && { vector }),
  };
}

function checkEntry(entry: PortableEntry["entry"]): PortableEntry["entry"] {
  if (typeof entry !== "object" || entry === null) throw invalid("entry", "has to be an object");
  const { key, metadata, subject, sequence, derivedFrom } = entry;
  return {
    key: checkId(key, "entry.key"),
    value: copyJson(entry.value, "entry.value", LIMITS),
    text: checkText(entry.text, "entry.text"),
    source: checkOneOf(entry.source, "entry.source", SOURCES),
    createdAt: checkCount(entry.createdAt, "entry.createdAt", -LAST_TIME, LAST_TIME),
    updatedAt: checkCount(entry.updatedAt, "entry.updatedAt", -LAST_TIME, LAST_TIME),
    ...(metadata !== undefined && {
      metadata: copyJsonObject(metadata, "entry.metadata", LIMITS),
    }),
    ...(subject !== undefined && { subject: checkId(subject, "entry.subject") }),
    ...(sequence !== undefined && { sequence: checkSequence(sequence, "entry.sequence") }),
    ...(derivedFrom !== undefined && { derivedFrom: checkDerivedFrom(derivedFrom) }),
  };
}

function checkVector(vector: unknown, vectorsOf: EmbedderFingerprint | undefined): void {
  if (!(vector instanceof Float32Array)) throw invalid("vector", "has to be a Float32Array");
  if (vectorsOf !== undefined && vector.length !== vectorsOf.dimensions) {
    throw new MemoryError(
      "MEM_DIMENSION",
      `vector has ${vector.length} numbers where options.vectorsOf says ${vectorsOf.dimensions}`,
      { path: "vector" },
    );
  }
  // A loop: calling a function for each number takes several times as long.
  for (let i = 0; i < vector.length; i++) {
    if (!Number.isFinite(vector[i])) throw invalid(`vector[${i}]`, "has to be a finite number");
  }
}

function checkFingerprint({ model, dimensions }: EmbedderFingerprint): void {
  checkId(model, "options.vectorsOf.model");
  checkCount(dimensions, "options.vectorsOf.dimensions", 1, Number.MAX_SAFE_INTEGER);
}

function checkDerivedFrom(texts: unknown): readonly string[] {
  if (!Array.isArray(texts)) throw invalid("entry.derivedFrom", "has to be an array");
  return Array.from(texts, (text: unknown) => checkText(text, "entry.derivedFrom"));
}

function checkText(text: unknown, path: string): string {
  if (typeof text !== "string") throw invalid(path, "has to be a string");
  if (!text.isWellFormed()) throw invalid(path, "has a lone surrogate");
  if (text.length > LIMITS.maxSize) {
    throw new MemoryError("MEM_TOO_LARGE", `${path} is longer than ${LIMITS.maxSize} characters`, {
      path,
    });
  }
  return text;
}

/** Turns an error about an entry into one about the list that it is in. */
function within(place: string, error: unknown): unknown {
  if (!isMemoryError(error)) return error;
  const { code, message, path, cause } = error;
  return new MemoryError(code, `${place}.${message}`, { cause, path: `${place}.${path}` });
}
