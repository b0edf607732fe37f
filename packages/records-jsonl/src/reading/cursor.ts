import { hash } from "node:crypto";
import { MemoryError, parseJson, type RecordQuery } from "@mem/core";

/** A place in an agent's records that neither rotation nor compression nor erasing moves. */
export interface Position {
  readonly segment: number;
  /** Byte offset in the uncompressed segment. */
  readonly offset: number;
}

/**
 * Where a query continues: a position for each agent's file that it has begun (oldest first) or has not finished
 * (newest first).
 */
export type Positions = ReadonlyMap<string, Position>;

/** Encodes a cursor. It belongs to one query: in another, its positions would skip what was never shown. */
export function encodeCursor(tenantId: string, query: RecordQuery, positions: Positions): string {
  const entries = [...positions].map(([file, { segment, offset }]) => [file, segment, offset]);
  const text = JSON.stringify([fingerprint(tenantId, query), ...entries]);
  return Buffer.from(text).toString("base64url");
}

/** Decodes a cursor. Throws `MEM_INVALID_ARGUMENT` unless `encodeCursor` made it for the same query. */
export function decodeCursor(tenantId: string, query: RecordQuery, cursor: string): Positions {
  const [mark, ...entries] = parse(cursor);
  if (mark !== fingerprint(tenantId, query)) {
    throw invalidCursor("was not made by this query; begin again without it");
  }
  const positions = new Map<string, Position>();
  for (const entry of entries) {
    const [file, segment, offset] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof file !== "string" || !isWhole(segment) || segment < 1 || !isWhole(offset)) {
      throw invalidCursor("is not a cursor");
    }
    positions.set(file, { segment, offset });
  }
  return positions;
}

export function invalidCursor(problem: string): MemoryError {
  const path = "query.cursor";
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parse(cursor: string): unknown[] {
  try {
    const value: unknown = parseJson(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(value)) return value;
  } catch {
    // Thrown below, as for anything else that is not a cursor.
  }
  throw invalidCursor("is not a cursor");
}

function fingerprint(tenantId: string, query: RecordQuery): string {
  const { order, id, agentId, workflowId, status, since, until } = query;
  const question = [tenantId, order, id, agentId, workflowId, status, since, until];
  const marked = question.map((part) => part ?? null);
  return hash("sha256", JSON.stringify(marked)).slice(0, 16);
}
