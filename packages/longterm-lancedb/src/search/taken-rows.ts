import { candidateColumns, candidatesIn, type Wanted } from "./candidates.ts";
import type { Looked, Question } from "./question.ts";
import type { Searched } from "./searched.ts";

/** How many rows have their vectors in memory at once. */
const ROWS_AT_ONCE = 2_000;

/** Looks at rows; those that the overlay replaced or deleted are left out. */
export async function takeRows(
  { table, slice }: Searched,
  question: Question,
  wanted: Wanted,
  rowIds: readonly bigint[],
): Promise<Looked[]> {
  const columns = candidateColumns(wanted);
  const looked: Looked[] = [];
  for (let i = 0; i < rowIds.length; i += ROWS_AT_ONCE) {
    const some = rowIds.slice(i, i + ROWS_AT_ONCE);
    const result = await table.takeRowIds(some).select(columns).withRowId().toArrow();
    for (const read of candidatesIn(result, slice)) looked.push(question.look(read));
  }
  return looked;
}
