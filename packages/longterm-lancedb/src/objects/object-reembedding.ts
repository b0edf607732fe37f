import { isMemoryError, type Embedder, type Reembedded, type ReembedOptions } from "@mem/core";
import type { ObjectEngine } from "./object-engine.ts";
import { askedLast, ObjectKeptVectors } from "./object-kept-vectors.ts";
import { completeTable } from "./object-table.ts";
import { HAS_TEXT, HAS_VECTOR } from "../table/sql.ts";
import { fingerprintOf, isSameEmbedder } from "../vectors/fingerprint.ts";
import { VectorMaking } from "../vectors/vector-making.ts";

/** What is saved while vectors are made is looked at in rounds of its own, until it is this little, or so often. */
const FEW_TEXTS = 256;
const MOST_ROUNDS = 5;

/**
 * Has all vectors made anew, in a table beside the other, and then goes over: the description says whose the store's
 * vectors are from then on, the table is emptied of the others, and the new ones are written as any are. A machine that
 * dies on the way leaves a store that has some vectors still to come; whoever opens it with the new embedder makes them.
 */
export async function reembedObjects(
  engine: ObjectEngine,
  embedder: Embedder,
  options: ReembedOptions,
): Promise<Reembedded> {
  const { database, description, storeVectors, vectors } = engine;
  const own = fingerprintOf(embedder);
  const present = await description.read();
  await using kept = await ObjectKeptVectors.open(database, own);
  if (!isSameEmbedder(present?.embedder, own)) {
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const size = kept.size;
      await makeVectors(engine, embedder, kept, options);
      if (round > 1 && kept.size - size <= FEW_TEXTS) break;
    }
    await description.alter((before) => ({ ...before, embedder: own }));
  }
  await completeTable(database, own);
  await engine.noticeOwner();
  await storeVectors.goOver(askedLast(embedder, kept));
  try {
    await storeVectors.flush();
  } catch (error) {
    // What the embedder does not take stays pending, as it does when it is saved.
    if (!isMemoryError(error) || error.retryable) throw error;
  } finally {
    await storeVectors.goOver(embedder);
  }
  await vectors.flush();
  await kept.remove();
  return { entries: await engine.reader.read(({ table }) => table.countRows(HAS_VECTOR)) };
}

async function makeVectors(
  { snapshots }: ObjectEngine,
  embedder: Embedder,
  kept: ObjectKeptVectors,
  options: ReembedOptions,
): Promise<void> {
  await using held = await snapshots.hold();
  const { table } = held;
  const total = await table.countRows(HAS_TEXT);
  const making = new VectorMaking(embedder, kept, options, total);
  await making.takeRows(table, HAS_TEXT);
  await making.finish();
}
