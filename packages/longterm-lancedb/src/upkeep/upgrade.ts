import { MemoryError, type Embedder } from "@mem/core";
import type { Analyzer } from "@mem/search";
import type { Base } from "../table/base.ts";
import type { Database } from "../table/database.ts";
import { analyzedBy, replaceRows } from "./reanalysis.ts";
import { completed } from "../table/entry-row.ts";
import { rowTable } from "../table/row-table.ts";
import {
  isOlder,
  migrated,
  readDescription,
  refuseForeignEmbedder,
  writeDescription,
  type StoreDescription,
} from "../store/store-description.ts";
import type { Row } from "../table/row.ts";
import { addVectorColumn, vectorLength } from "../table/table-schema.ts";
import { rewriteTable } from "./table-rewrite.ts";
import type { TableWriter } from "./table-writer.ts";
import { fingerprintOf } from "../vectors/fingerprint.ts";

export interface UpgradeParts {
  readonly database: Database;
  readonly base: Base;
  readonly writer: TableWriter;
  readonly analyzer: Analyzer;
  readonly embedder: Embedder | undefined;
}

/** Upgrades a store to the present format, and to what it is opened with: another analyzer, or its first embedder. */
export async function upgradeStore(
  description: StoreDescription,
  parts: UpgradeParts,
): Promise<void> {
  const { analyzer, base, embedder, writer } = parts;
  if (isOlder(description)) await writer.exclusively(() => migrate(parts));
  if (description.analyzer !== analyzer.id) {
    await writer.exclusively(() => renewTerms(parts));
  }
  if (embedder !== undefined && base.state.embedder === undefined) {
    await writer.exclusively(() => adopt(parts, embedder));
  }
}

function allCompleted(rows: readonly Row[]): readonly Row[] {
  return rows.map(completed);
}

/** Writes the table anew with the columns that it lacks, and publishes with it whose vectors it has. */
async function migrate({ database, base, writer }: UpgradeParts): Promise<void> {
  const { description: path } = database.location;
  const { embedder, ...description } = await presentDescription(path);
  if (!isOlder(description)) return;
  await writer.publish(base.watermark, (table) => rewriteTable(database, table, allCompleted), {
    // The previous state has the previous format.
    keepsPrevious: false,
    ...(embedder && { embedder: fingerprintOf(embedder) }),
  });
  await writeDescription(path, migrated(description));
}

async function renewTerms({ database, base, writer, analyzer }: UpgradeParts): Promise<void> {
  const { description: path } = database.location;
  await writer.publish(base.watermark, async (table) => {
    const dimensions = await vectorLength(table);
    await replaceRows(table, analyzedBy(analyzer), async (rows) => {
      const renewed = rowTable(database.modules.arrow, rows, dimensions);
      await table.mergeInsert("id").whenMatchedUpdateAll().execute(renewed);
    });
  });
  await writeDescription(path, { ...(await presentDescription(path)), analyzer: analyzer.id });
}

/** Makes the embedder the store's own, unless another process was faster with another one. */
async function adopt({ base, writer }: UpgradeParts, embedder: Embedder): Promise<void> {
  const own = base.state.embedder;
  refuseForeignEmbedder(own, embedder);
  if (own !== undefined) return;
  const adoption = { embedder: fingerprintOf(embedder) };
  await writer.publish(
    base.watermark,
    async (table) => {
      const length = await vectorLength(table);
      if (length === embedder.dimensions) return;
      // In the first format, an interrupted adoption left an empty column behind.
      if (length !== undefined) await table.dropColumns(["vector"]);
      await addVectorColumn(table, embedder.dimensions);
    },
    adoption,
  );
}

async function presentDescription(path: string): Promise<StoreDescription> {
  const description = await readDescription(path);
  if (description === undefined) throw new MemoryError("MEM_CORRUPT", `${path} is gone`);
  return description;
}
