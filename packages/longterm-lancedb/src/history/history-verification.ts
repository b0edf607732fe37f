import type { Table } from "@lancedb/lancedb";
import { isMemoryError, type VerificationProblem } from "@mem/core";
import { toRevision, type HistoryRow } from "./history-row.ts";
import { scanHistory } from "./history-table.ts";
import { HISTORY_NAME } from "../folder/location.ts";
import type { OpenedStore } from "../folder/opened-store.ts";
import { keyOfId } from "../table/row.ts";
import { isVanishedVersion, readError } from "../store/storage-error.ts";

const ATTEMPTS = 5;

/** Reads the whole history table and reports what is not as it was stored; empty if there is no history. */
export async function verifyHistory({
  base,
  database,
}: OpenedStore): Promise<VerificationProblem[]> {
  for (let attempt = 1; ; attempt++) {
    const { history: state } = base.state;
    if (state === undefined) return [];
    try {
      const history = await database.openVersion(state.version, HISTORY_NAME);
      try {
        return await problemsIn(history);
      } finally {
        history.close();
      }
    } catch (error) {
      // That version was cleaned up meanwhile: there is a newer one.
      const isOvertaken = isVanishedVersion(error) && base.state.history !== state;
      if (isOvertaken && attempt < ATTEMPTS) continue;
      const damage = readError(error, database.location.folder);
      if (!isMemoryError(damage, "MEM_CORRUPT")) throw damage;
      return [{ message: damage.message }];
    }
  }
}

async function problemsIn(history: Table): Promise<VerificationProblem[]> {
  const problems: VerificationProblem[] = [];
  const places = new Set<string>();
  for await (const rows of scanHistory(history)) {
    for (const row of rows) {
      if (places.has(row.place)) problems.push(problem(row, "is there twice"));
      places.add(row.place);
      try {
        toRevision(row);
      } catch (error) {
        if (!isMemoryError(error, "MEM_CORRUPT")) throw error;
        problems.push(problem(row, "is damaged"));
      }
    }
  }
  return problems;
}

function problem({ id, tenant, workflow, agent }: HistoryRow, what: string): VerificationProblem {
  const key = keyOfId(id);
  return {
    place: {
      tenantId: tenant,
      ...(workflow !== "" && { workflowId: workflow }),
      ...(agent !== "" && { agentId: agent }),
      key,
    },
    message: `a former state of the entry ${JSON.stringify(key)} ${what}; erase the entry, or restore a backup`,
  };
}
