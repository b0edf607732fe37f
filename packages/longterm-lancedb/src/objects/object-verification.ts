import type { Verification, VerificationProblem } from "@mem/core";
import type { Analyzer } from "@mem/search";
import type { ObjectDatabase } from "./object-database.ts";
import type { ObjectReader } from "./object-reader.ts";
import { indexProblems, PROBED_ROWS, RowChecker } from "../reading/verification.ts";
import { scanRows } from "../table/row-scan.ts";
import type { Row } from "../table/row.ts";

export interface ObjectVerificationParts {
  readonly database: ObjectDatabase;
  readonly reader: ObjectReader;
  readonly analyzer: Analyzer;
}

/** Reads every row and checks it, with its vector and its terms; probes what the indexes answer. */
export function verifyObjects({
  database,
  reader,
  analyzer,
}: ObjectVerificationParts): Promise<Verification> {
  return reader.read(async ({ table }) => {
    const problems: VerificationProblem[] = [];
    const checker = new RowChecker(analyzer);
    const total = await table.countRows();
    const every = Math.max(1, Math.floor(total / PROBED_ROWS));
    const probed: Row[] = [];
    let entries = 0;
    for await (const rows of scanRows(table, "")) {
      for (const row of rows) {
        problems.push(...checker.check(row));
        if (entries++ % every === 0) probed.push(row);
      }
    }
    problems.push(...(await indexProblems(table, database.modules.lancedb, probed)));
    return { entries, problems };
  });
}
