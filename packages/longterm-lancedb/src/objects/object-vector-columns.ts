import type { Table } from "@lancedb/lancedb";
import type { FixedSizeList } from "apache-arrow";
import type { EmbedderFingerprint } from "@mem/core";
import { all, HAS_TEXT, HAS_VECTOR } from "../table/sql.ts";
import { embedderId } from "../vectors/fingerprint.ts";

const PREFIX = "vectors_of_";

/**
 * Where the table keeps vectors: a column for them, and the fence, a column that is always empty and named after their
 * embedder. A write of vectors includes the fence, so that LanceDB refuses the commit if the table has switched to
 * another embedder since: neither a lock nor a second look could ensure that.
 */
export interface VectorColumns {
  readonly dimensions: number;
  readonly fence: string;
}

export function vectorColumnsOf({ model, dimensions }: EmbedderFingerprint): VectorColumns {
  return { dimensions, fence: PREFIX + embedderId({ model, dimensions }) };
}

/** The vector columns of a version of the table; `undefined`: it takes no vectors. */
export async function readVectorColumns(table: Table): Promise<VectorColumns | undefined> {
  const { length, fences } = await readLayout(table);
  const [fence] = fences;
  return length === undefined || fence === undefined ? undefined : { dimensions: length, fence };
}

/** Adds the columns for an embedder's vectors, and drops those of another embedder, vectors included. */
export async function putVectorColumns(table: Table, own: VectorColumns): Promise<void> {
  const { length, fences } = await readLayout(table);
  if (fences.includes(own.fence)) return;
  const fence = { name: own.fence, valueSql: "arrow_cast(NULL, 'Utf8')" };
  // The first format had no fence; an embedder could not be replaced.
  if (fences.length === 0 && length === own.dimensions) {
    await table.addColumns([fence]);
    return;
  }
  const old = [...(length === undefined ? [] : ["vector"]), ...fences];
  if (old.length > 0) await table.dropColumns(old);
  // Dropping columns conflicts with no write of vectors that began before. Changing the rows that it is about does, even
  // if they are pending, and so does adding columns; and repeated, that write fails.
  await forgetVectors(table, old.length > 0 ? HAS_TEXT : HAS_VECTOR);
  const type = `FixedSizeList(${own.dimensions}, Float32)`;
  await table.addColumns([{ name: "vector", valueSql: `arrow_cast(NULL, '${type}')` }, fence]);
  // What was written with a vector in between conflicted with nothing, and has lost it.
  const lost = all(HAS_VECTOR, "vector IS NULL");
  if ((await table.countRows(lost)) > 0) await forgetVectors(table, lost);
}

/** Makes the vectors of these rows pending: they must have text. */
async function forgetVectors(table: Table, where: string): Promise<void> {
  await table.update({
    where,
    valuesSql: {
      vector_hash: "arrow_cast(NULL, 'Utf8')",
      passage_vectors: "arrow_cast(NULL, 'Binary')",
    },
  });
}

async function readLayout(
  table: Table,
): Promise<{ readonly length: number | undefined; readonly fences: readonly string[] }> {
  const { fields } = await table.schema();
  const vector = fields.find(({ name }) => name === "vector");
  return {
    length: vector && (vector.type as FixedSizeList).listSize,
    fences: fields.map(({ name }) => name).filter((name) => name.startsWith(PREFIX)),
  };
}
