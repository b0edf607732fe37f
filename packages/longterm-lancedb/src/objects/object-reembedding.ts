import { isMemoryError, type Embedder, type Reembedded, type ReembedOptions } from "@mem/core";
import type { ObjectEngine } from "./object-engine.ts";
import { askedLast, ObjectKeptVectors } from "./object-kept-vectors.ts";
import { completeTable } from "./object-table.ts";
import { HAS_TEXT, HAS_VECTOR } from "../table/sql.ts";
import { fingerprintOf, isSameEmbedder } from "../vectors/fingerprint.ts";
import { VectorMaking } from "../vectors/vector-making.ts";

/**
 * Has all vectors made anew, in a table beside the other, and then switches: the description names the new embedder,
 * the table drops the former vectors, and the new ones are written like any others. If a machine dies on the way, some
 * vectors of the store are still pending; whoever opens it with the new embedder makes them.
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
    const making = new VectorMaking(embedder, kept, options);
    await making.inRounds(() => takeTexts(engine, making));
    await description.alter((before) => ({ ...before, embedder: own }));
  }
  await completeTable(database, own);
  await engine.noticeOwner();
  await storeVectors.goOver(askedLast(embedder, kept));
  try {
    await storeVectors.flush();
  } catch (error) {
    // Texts that the embedder refuses stay pending, as they do when they are saved.
    if (!isMemoryError(error) || error.retryable) throw error;
  } finally {
    await storeVectors.goOver(embedder);
  }
  await vectors.flush();
  await kept.remove();
  return { entries: await engine.reader.read(({ table }) => table.countRows(HAS_VECTOR)) };
}

/** Takes the texts that there are now. */
async function takeTexts({ snapshots }: ObjectEngine, making: VectorMaking): Promise<void> {
  await using held = await snapshots.hold();
  const { table } = held;
  making.expect(await table.countRows(HAS_TEXT));
  await making.takeRows(table, HAS_TEXT);
}
