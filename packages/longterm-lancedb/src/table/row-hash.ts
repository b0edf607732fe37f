import { hash } from "node:crypto";
import type { EntryRow } from "./row.ts";

/** Ties a vector, and those of the passages, to the row and the text that they belong to. */
export function hashVector(
  id: string,
  text: string,
  vector: Float32Array,
  passages: Uint8Array | null | undefined,
): string {
  const parts = [id, text, base64Of(vector)];
  if (passages) parts.push(base64Of(passages));
  return digest(JSON.stringify(parts));
}

function base64Of({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

/** The hash of everything that an entry consists of. */
export function hashRow(row: Omit<EntryRow, "hash">): string {
  return digest(
    JSON.stringify([
      row.id,
      row.tenant,
      row.workflow,
      row.agent,
      row.value,
      row.text,
      row.metadata,
      row.sequence,
      row.position,
      row.version,
      row.created_at,
      row.updated_at,
      row.op_id,
      row.subject,
      row.source,
      row.derived_from,
    ]),
  );
}

function digest(text: string): string {
  return hash("sha256", text, "base64url");
}
