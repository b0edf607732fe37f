import { MemoryError, type Embedder } from "@mem/core";
import type { Analyzer } from "@mem/search";
import type { Base } from "../table/base.ts";
import type { Database } from "../table/database.ts";
import { analyzeAgain } from "./reanalysis.ts";
import { rowTable } from "../table/row-table.ts";
import {
  describeStore,
  readDescription,
  refuseForeignEmbedder,
  writeDescription,
  type StoreDescription,
} from "../store/store-description.ts";
import { addVectorColumn, vectorLength } from "../table/table-schema.ts";
import type { TableWriter } from "./table-writer.ts";

export interface UpgradeParts {
  readonly database: Database;
  readonly base: Base;
  readonly writer: TableWriter;
  readonly analyzer: Analyzer;
  readonly embedder: Embedder | undefined;
}

/** Brings a store to what it is opened with: another analyzer, or its first embedder. */
export async function upgradeStore(
  description: StoreDescription,
  parts: UpgradeParts,
): Promise<void> {
  const { analyzer, embedder, writer } = parts;
  if (description.analyzer !== analyzer.id) {
    await writer.exclusively(() => renewTerms(parts));
  }
  if (embedder !== undefined && description.embedder === undefined) {
    await writer.exclusively(() => adopt(parts, embedder));
  }
}

async function renewTerms({ database, base, writer, analyzer }: UpgradeParts): Promise<void> {
  const { description: path } = database.location;
  await writer.publish(base.watermark, async (table) => {
    const dimensions = await vectorLength(table);
    await analyzeAgain(table, analyzer, async (rows) => {
      const renewed = rowTable(database.modules.arrow, rows, dimensions);
      await table.mergeInsert("id").whenMatchedUpdateAll().execute(renewed);
    });
  });
  await writeDescription(path, { ...(await presentDescription(path)), analyzer: analyzer.id });
}

/** Makes the embedder the store's own. */
async function adopt({ database, base, writer }: UpgradeParts, embedder: Embedder): Promise<void> {
  const { description: path } = database.location;
  // Column and description under one lock: between them another process would adopt an embedder of its own.
  const description = await presentDescription(path);
  refuseForeignEmbedder(description, embedder);
  await writer.publish(base.watermark, async (table) => {
    const length = await vectorLength(table);
    if (length === embedder.dimensions) return;
    // Left over from an adoption that was cut off, and empty.
    if (length !== undefined) await table.dropColumns(["vector"]);
    await addVectorColumn(table, embedder.dimensions);
  });
  await writeDescription(path, {
    ...description,
    ...describeStore(description.analyzer, embedder),
  });
}

async function presentDescription(path: string): Promise<StoreDescription> {
  const description = await readDescription(path);
  if (description === undefined) throw new MemoryError("MEM_CORRUPT", `${path} is gone`);
  return description;
}
