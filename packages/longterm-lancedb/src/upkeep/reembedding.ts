import { rm } from "node:fs/promises";
import { tryFileLock } from "@mem/append-log";
import {
  MemoryError,
  type Embedder,
  type EmbedderFingerprint,
  type Reembedded,
  type ReembedOptions,
} from "@mem/core";
import { embeddedTexts } from "@mem/search";
import type { StoreLocation } from "../folder/location.ts";
import { VectorFile } from "../folder/vector-file.ts";
import type { OpenedStore } from "../folder/opened-store.ts";
import { holdForLong } from "./pins.ts";
import { textIn } from "../table/packed-row.ts";
import type { Row } from "../table/row.ts";
import { all, HAS_TEXT, HAS_VECTOR, notCleared } from "../table/sql.ts";
import { isSystemError, writeError } from "../store/storage-error.ts";
import { rewriteTable } from "./table-rewrite.ts";
import { fingerprintOf, isSameEmbedder } from "../vectors/fingerprint.ts";
import { withVectors } from "../vectors/row-vectors.ts";
import { joinVectors } from "../vectors/text-vectors.ts";
import { VectorMaking } from "../vectors/vector-making.ts";

/**
 * Has all vectors made anew, in a file beside the table, and then writes the table anew with them. `base.json` names
 * the former embedder until the table is on disk, and the new one from then on.
 */
export async function reembedFolder(
  opened: OpenedStore,
  embedder: Embedder,
  options: ReembedOptions,
): Promise<Reembedded> {
  try {
    return await reembedAlone(opened, embedder, options);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw writeError(error, opened.database.location.folder, "not-applied");
  }
}

async function reembedAlone(
  opened: OpenedStore,
  embedder: Embedder,
  options: ReembedOptions,
): Promise<Reembedded> {
  const { location } = opened.database;
  using lock = await tryFileLock(location.reembeddingLock);
  if (lock === undefined) throw isUnderway(location.folder);
  await opened.reader.catchUp();
  const fingerprint = fingerprintOf(embedder);
  await using kept = await VectorFile.open(location.reembedding, fingerprint);
  if (!isSameEmbedder(opened.base.state.embedder, fingerprint)) {
    const making = new VectorMaking(embedder, kept, options);
    await making.inRounds(() => takeTexts(opened, making));
    await goOver(opened, embedder, kept);
  } else {
    await opened.vectors.goOver(embedder);
  }
  await kept.remove();
  return { entries: await opened.reader.read(({ table }) => table.countRows(HAS_VECTOR)) };
}

/** Removes what a process left that died just after the store had switched to the new embedder. */
export async function removeLeftover(
  { reembedding, reembeddingLock }: StoreLocation,
  embedder: EmbedderFingerprint | undefined,
): Promise<void> {
  if (embedder === undefined || !(await VectorFile.isOf(reembedding, embedder))) return;
  using lock = await tryFileLock(reembeddingLock);
  if (lock !== undefined) await rm(reembedding, { force: true });
}

/** Takes the texts that there are now. */
async function takeTexts(
  { base, reader, replica, database }: OpenedStore,
  making: VectorMaking,
): Promise<void> {
  await reader.catchUp();
  const { pins } = database.location;
  await using read = await holdForLong(base, pins, () => replica.overlay.inTenant());
  const { table, slice } = read;
  const condition = all(HAS_TEXT, notCleared(slice));
  making.expect(await table.countRows(condition));
  await making.takeRows(table, condition, (id) => slice.entries.has(id));
  for (const { entry } of slice.entries.values()) {
    if (entry !== undefined && entry.write.text.trim() !== "") await making.take(entry.write.text);
  }
}

/**
 * Switches every process to the new embedder. Entries that were saved since have no vector yet, and get one as any
 * entry does.
 */
async function goOver(opened: OpenedStore, embedder: Embedder, kept: VectorFile): Promise<void> {
  const { database, flusher, maintenance, vectors, writer } = opened;
  const renewal = (rows: readonly Row[]): Row[] => rows.map((row) => renewed(row, kept));
  await writer.exclusively(async () => {
    await flusher.write({
      afterwards: async (table) => {
        await rewriteTable(database, table, renewal, embedder.dimensions);
        maintenance.wrote(await table.countRows());
      },
      embedder: fingerprintOf(embedder),
    });
    await vectors.goOver(embedder);
    await flusher.writeAndMaintain();
  });
}

function renewed(row: Row, kept: VectorFile): Row {
  if (row.vector_hash === "") return row;
  const parts = embeddedTexts(textIn(row.entry));
  const vectors = parts.flatMap((part) => kept.get(part) ?? []);
  if (vectors.length === parts.length) return withVectors(row, joinVectors(vectors));
  return { ...row, vector: null, passage_vectors: null, vector_hash: null };
}

function isUnderway(folder: string): MemoryError {
  return new MemoryError(
    "MEM_LOCKED",
    `the vectors of the store in ${folder} are being made anew already, by this process or another one`,
    { retryable: true },
  );
}
