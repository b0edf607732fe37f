import { hasSoundVector, withVector } from "../table/entry-row.ts";
import { textIn } from "../table/packed-row.ts";
import type { Row } from "../table/row.ts";
import type { TextVectors } from "./text-vectors.ts";

/** The vectors of a row; `undefined`: it has none, or they were not made for its text. */
export function soundVectors(row: Row): TextVectors | undefined {
  const { vector, passage_vectors: passages } = row;
  if (!vector || !hasSoundVector(row, textIn(row.entry))) return undefined;
  return passages === null ? { vector } : { vector, passages };
}

/** A row with the vectors of its text. */
export function withVectors(row: Row, { vector, passages }: TextVectors): Row {
  return withVector(row, textIn(row.entry), vector, passages);
}

/** A row that was written anew: if its text is unchanged, it keeps its vectors. */
export function withKeptVectors(row: Row, before: Row | undefined): Row {
  if (row.vector_hash !== null || before === undefined) return row;
  if (textIn(before.entry) !== textIn(row.entry)) return row;
  const kept = soundVectors(before);
  return kept === undefined ? row : withVectors(row, kept);
}
