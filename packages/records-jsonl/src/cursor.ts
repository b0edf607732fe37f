import { hash } from "node:crypto";
import { MemoryError, type RecordQuery } from "@mem/core";

/**
 * Where a query goes on: a byte offset for each file that it has begun (oldest first) or has not finished (newest
 * first). Files only grow, so offsets stay what they are.
 */
export type Positions = ReadonlyMap<string, number>;

/** A cursor is of one question: of another's, its positions would skip what was never shown. */
export function encodeCursor(tenantId: string, query: RecordQuery, positions: Positions): string {
  const text = JSON.stringify([fingerprint(tenantId, query), ...positions]);
  return Buffer.from(text).toString("base64url");
}

/** Rejects with `MEM_INVALID_ARGUMENT` what `encodeCursor` did not make of the same question. */
export function decodeCursor(tenantId: string, query: RecordQuery, cursor: string): Positions {
  const [mark, ...entries] = parse(cursor);
  if (mark !== fingerprint(tenantId, query)) {
    throw invalidCursor("was not made by this query; begin again without it");
  }
  const positions = new Map<string, number>();
  for (const entry of entries) {
    const [file, offset] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof file !== "string" || !Number.isSafeInteger(offset) || (offset as number) < 1) {
      throw invalidCursor("is not a cursor");
    }
    positions.set(file, offset as number);
  }
  return positions;
}

export function invalidCursor(problem: string): MemoryError {
  const path = "query.cursor";
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}

function parse(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(value)) return value;
  } catch {
    // Said below, like for anything else that is no cursor.
  }
  throw invalidCursor("is not a cursor");
}

function fingerprint(tenantId: string, query: RecordQuery): string {
  const { order, id, agentId, workflowId, status, since, until } = query;
  const question = [tenantId, order, id, agentId, workflowId, status, since, until];
  const marked = question.map((part) => part ?? null);
  return hash("sha256", JSON.stringify(marked)).slice(0, 16);
}
