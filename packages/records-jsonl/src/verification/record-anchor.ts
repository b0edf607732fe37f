import { MemoryError } from "@mem/core";

/** How far one writer's chain reaches. */
export interface AnchoredWriter {
  readonly sequence: number;
  readonly digest: string;
  /** The number of the segment that holds its last line. */
  readonly segment: number;
}

/** How far the chains in one agent's files reach. */
export interface AnchoredFile {
  /** The number of the current segment. */
  readonly segment: number;
  /** How many chained lines that segment has. */
  readonly lines: number;
  /** The digest of all their digests, in order. */
  readonly digests: string;
  readonly writers: Readonly<Record<string, AnchoredWriter>>;
}

/** How far all chains reach, as plain JSON. Keep it elsewhere to detect later that a tail or a writer is missing. */
export interface RecordAnchor {
  readonly version: 1;
  /** Keyed by the path of the agent's current file, relative to the store's folder. */
  readonly files: Readonly<Record<string, AnchoredFile>>;
}

/** Throws `MEM_INVALID_ARGUMENT` for anything that does not have the form of an anchor. */
export function checkAnchor(anchor: unknown): RecordAnchor {
  const path = "options.anchor";
  if (!isObject(anchor) || anchor["version"] !== 1 || !isObject(anchor["files"])) {
    throw invalid(path, "is no anchor of this release");
  }
  for (const [name, file] of Object.entries(anchor["files"])) {
    if (!isFile(file)) throw invalid(path, `says nothing that is known about ${name}`);
  }
  return anchor as unknown as RecordAnchor;
}

function isFile(value: unknown): boolean {
  if (!isObject(value) || !isObject(value["writers"])) return false;
  const { segment, lines, digests, writers } = value;
  return (
    isCount(segment) &&
    isCount(lines) &&
    typeof digests === "string" &&
    Object.values(writers as object).every(isWriter)
  );
}

function isWriter(value: unknown): boolean {
  if (!isObject(value)) return false;
  return (
    isCount(value["sequence"]) && isCount(value["segment"]) && typeof value["digest"] === "string"
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
