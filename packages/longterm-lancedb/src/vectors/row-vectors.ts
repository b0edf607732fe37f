import { hasSoundVector, withVector } from "../table/entry-row.ts";
import type { Row } from "../table/row.ts";
import type { TextVectors } from "./text-vectors.ts";

/** The vectors of a row; `undefined`: it has none, or not those that were made for its text. */
export function soundVectors(row: Row): TextVectors | undefined {
  const { vector, passage_vectors: passages } = row;
  if (!vector || !hasSoundVector(row)) return undefined;
  return passages === null ? { vector } : { vector, passages };
}

/** A row with the vectors of its text. */
export function withVectors(row: Row, { vector, passages }: TextVectors): Row {
  return withVector(row, vector, passages);
}

/** A row that was written anew: where its text is the one before, its vectors are, too. */
export function withKeptVectors(row: Row, before: Row | undefined): Row {
  if (row.vector_hash !== null || before?.text !== row.text) return row;
  const kept = soundVectors(before);
  return kept === undefined ? row : withVectors(row, kept);
}
