import type { Table } from "@lancedb/lancedb";
import { verifyLog } from "@mem/append-log";
import { isMemoryError, type Verification, type VerificationProblem } from "@mem/core";
import { documentLength, joinTerms, splitTerms, type Analyzer } from "@mem/search";
import { foundBy, hasSoundVector } from "../table/entry-row.ts";
import { verifyHistory } from "../history/history-verification.ts";
import type { LanceDb } from "../table/native-module.ts";
import type { OpenedStore } from "../folder/opened-store.ts";
import { holdForLong } from "../upkeep/pins.ts";
import { isConsistent, unpackRow } from "../table/packed-row.ts";
import { toEntry } from "../table/row-conversion.ts";
import { scanRows } from "../table/row-scan.ts";
import { keyOfId, type Row } from "../table/row.ts";
import { all, hasContent, idIn, notCleared } from "../table/sql.ts";
import { readError } from "../store/storage-error.ts";

/** About how many rows, spread over the table, are looked up in the indexes. */
export const PROBED_ROWS = 100;

/** Reads and checks a whole store: the log, the history, each row with its vector and terms, and the indexes. */
export async function verifyStore(opened: OpenedStore): Promise<Verification> {
  const { reader, base, replica, database, analyzer } = opened;
  await reader.catchUp();
  const { pins, log } = database.location;
  await using read = await holdForLong(base, pins, () => replica.overlay.inTenant());
  const { table, slice } = read;
  const problems = [...(await logProblems(log)), ...(await verifyHistory(opened))];
  let entries = 0;
  for (const { entry } of slice.entries.values()) if (entry !== undefined) entries++;
  const checker = new RowChecker(analyzer);
  try {
    const total = await table.countRows();
    const every = Math.max(1, Math.floor(total / PROBED_ROWS));
    const probed: Row[] = [];
    let seen = 0;
    for await (const rows of scanRows(table, all(notCleared(slice)))) {
      for (const row of rows) {
        problems.push(...checker.check(row));
        if (seen++ % every === 0) probed.push(row);
        if (!slice.entries.has(row.id)) entries++;
      }
    }
    problems.push(...(await indexProblems(table, database.modules.lancedb, probed)));
  } catch (error) {
    const damage = readError(error, database.location.folder);
    if (!isMemoryError(damage, "MEM_CORRUPT")) throw damage;
    problems.push({ message: damage.message });
  }
  return { entries, problems };
}

async function logProblems(directory: string): Promise<VerificationProblem[]> {
  const { damages } = await verifyLog(directory);
  return damages.map(({ segment, offset, bytes }) => ({
    message: `${bytes} bytes at ${offset} in segment ${segment} of the log are not what was written: torn by a crash, or damaged`,
  }));
}

/** Checks rows one by one, and that no two have the same id. */
export class RowChecker {
  readonly #analyzer: Analyzer;
  readonly #ids = new Set<string>();

  constructor(analyzer: Analyzer) {
    this.#analyzer = analyzer;
  }

  *check(row: Row): Generator<VerificationProblem> {
    if (this.#ids.has(row.id)) yield problem(row, "is there twice; save it again");
    this.#ids.add(row.id);
    const entry = unpackRow(row);
    try {
      toEntry(entry);
    } catch (error) {
      if (!isMemoryError(error, "MEM_CORRUPT")) throw error;
      yield problem(row, "is damaged; save or delete it, or restore a backup");
      return;
    }
    if (!isConsistent(row, entry)) {
      yield problem(row, "is damaged where conditions find it; save it again");
    }
    const terms = this.#analyzer.analyze(entry.text);
    if (row.terms !== joinTerms(terms) || row.length !== documentLength(terms)) {
      yield problem(row, "has damaged search terms; save it again");
    }
    const { content, facets } = foundBy(entry);
    if (row.content !== content || !isSame(row.facets, facets)) {
      yield problem(row, "is damaged where it is found by its content; save it again");
    }
    const hasVector = row.vector_hash !== null && row.vector_hash !== "";
    if (hasVector && row.vector !== undefined && !hasSoundVector(row, entry.text)) {
      yield problem(row, "has a damaged vector; save it again");
    }
  }
}

function isSame(own: Row["facets"], expected: Row["facets"]): boolean {
  return String(own) === String(expected);
}

/** Reports which of these rows the indexes do not find. */
export async function indexProblems(
  table: Table,
  { MatchQuery }: LanceDb,
  rows: readonly Row[],
): Promise<VerificationProblem[]> {
  const problems: VerificationProblem[] = [];
  for (const row of rows) {
    const isById = (await table.countRows(idIn([row.id]))) === 1;
    if (!isById) problems.push(problem(row, "is not found by its key; flush the store anew"));
    const isByContent = (await table.countRows(all(idIn([row.id]), hasContent(row.content)))) === 1;
    if (!isByContent)
      problems.push(problem(row, "is not found by its content; flush the store anew"));
    const [term] = splitTerms(row.terms);
    if (term === undefined) continue;
    const query = table.query().fullTextSearch(new MatchQuery(term, "terms"));
    const found = await query
      .where(idIn([row.id]))
      .select(["id", "_score"])
      .toArray();
    if (found.length === 0) problems.push(problem(row, "is not found by its words"));
  }
  return problems;
}

function problem({ id, tenant, workflow, agent }: Row, what: string): VerificationProblem {
  const key = keyOfId(id);
  return {
    place: {
      tenantId: tenant,
      ...(workflow !== "" && { workflowId: workflow }),
      ...(agent !== "" && { agentId: agent }),
      key,
    },
    message: `the entry ${JSON.stringify(key)} ${what}`,
  };
}
