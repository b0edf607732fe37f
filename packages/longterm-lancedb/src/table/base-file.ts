import { readFile } from "node:fs/promises";
import { parsePosition, writeFileDurably } from "@mem/append-log";
import { MemoryError, parseJson, type EmbedderFingerprint } from "@mem/core";

/** A state of the tables and its place in the log: they contain what the log says before it, and nothing else. */
export interface BaseState {
  /** The version of the table of entries. */
  readonly version: number;
  readonly watermark: string;
  /** Absent: the store keeps no history. */
  readonly history?: HistoryState;
  /** Whose vectors the table has, or is to have; absent: it has never had an embedder. */
  readonly embedder?: EmbedderFingerprint;
}

/** The state of the table of history. */
export interface HistoryState {
  readonly version: number;
  /** Of what the log says before this, the history has only entries that were changed since. */
  readonly from: string;
  /** When the history began, in milliseconds since 1970. */
  readonly at: number;
}

/** Whether one of the tables was written since `before`. */
export function isLater({ version, history }: BaseState, before: BaseState): boolean {
  if (version !== before.version) return version > before.version;
  return (history?.version ?? 0) > (before.history?.version ?? 0);
}

/** The states of the tables that are on disk. */
export interface Bases {
  readonly current: BaseState;
  /** Kept, with its part of the log, in case the current one turns out to be unreadable. */
  readonly previous?: BaseState;
}

/** `undefined` if there is no store yet. */
export async function readBases(path: string): Promise<Bases | undefined> {
  let json: string;
  try {
    json = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const bases = parse(json);
  if (bases !== undefined) return bases;
  throw new MemoryError("MEM_CORRUPT", `${path} is damaged; restore it from a backup`);
}

/** Resolves when it is on disk, whole. */
export function writeBases(path: string, { current, previous }: Bases): Promise<void> {
  return writeFileDurably(path, `${JSON.stringify({ current, previous })}\n`);
}

function parse(json: string): Bases | undefined {
  try {
    const bases = parseJson(json) as Bases;
    for (const state of [bases.current, bases.previous]) {
      if (state === undefined) continue;
      const { version, watermark, history, embedder } = state;
      if (!Number.isSafeInteger(version)) return undefined;
      parsePosition(watermark);
      if (embedder !== undefined && !isFingerprint(embedder)) return undefined;
      if (history === undefined) continue;
      if (!Number.isSafeInteger(history.version) || !Number.isFinite(history.at)) return undefined;
      parsePosition(history.from);
    }
    return bases.current === undefined ? undefined : bases;
  } catch {
    return undefined;
  }
}

function isFingerprint({ model, dimensions }: EmbedderFingerprint): boolean {
  return typeof model === "string" && Number.isSafeInteger(dimensions);
}
