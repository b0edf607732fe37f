import type { Table } from "@lancedb/lancedb";
import type { FixedSizeList } from "apache-arrow";
import type { EmbedderFingerprint } from "@mem/core";
import { embedderId } from "../vectors/fingerprint.ts";

const PREFIX = "vectors_of_";

/**
 * Where the table keeps vectors: a column for them, and one that is always empty and has the name of their embedder.
 * Whoever writes vectors writes that one, too, so that LanceDB refuses the commit when the table has gone over to another
 * embedder since: no lock and no second look would do.
 */
export interface VectorColumns {
  readonly dimensions: number;
  readonly fence: string;
}

export function vectorColumnsOf({ model, dimensions }: EmbedderFingerprint): VectorColumns {
  return { dimensions, fence: PREFIX + embedderId({ model, dimensions }) };
}

/** Those that a version of the table has; `undefined`: it takes none. */
export async function readVectorColumns(table: Table): Promise<VectorColumns | undefined> {
  const { length, fences } = await readLayout(table);
  const [fence] = fences;
  return length === undefined || fence === undefined ? undefined : { dimensions: length, fence };
}

/** Gives the table the columns for an embedder's vectors, and takes away those that were another's, vectors and all. */
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
  await table.update({
    where: "vector_hash > ''",
    valuesSql: {
      vector_hash: "arrow_cast(NULL, 'Utf8')",
      passage_vectors: "arrow_cast(NULL, 'Binary')",
    },
  });
  const type = `FixedSizeList(${own.dimensions}, Float32)`;
  await table.addColumns([{ name: "vector", valueSql: `arrow_cast(NULL, '${type}')` }, fence]);
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
