import { hash } from "node:crypto";
import type { EntryRow } from "./row.ts";

/** Ties a vector to the row and the text that it belongs to. */
export function hashVector(id: string, text: string, vector: Float32Array): string {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return digest(JSON.stringify([id, text, bytes.toString("base64")]));
}

/** Of all that an entry is made of. */
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
