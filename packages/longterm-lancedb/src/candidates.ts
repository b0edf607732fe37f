import type { Table as ArrowTable } from "apache-arrow";

/** A row that a search looks at: what is needed to score it, and nothing else. */
export interface Candidate {
  readonly id: string;
  readonly sequence: string | null;
  readonly position: number | null;
  /** JSON; read only where there is a filter. */
  readonly metadata: string | null;
}

/** The columns of candidates. */
export function candidateColumns(withMetadata: boolean): string[] {
  return ["id", "sequence", "position", ...(withMetadata ? ["metadata"] : [])];
}

/** The candidates in a result, read column by column: a result may have as many rows as the scope. */
export function* candidatesIn(result: ArrowTable): Generator<readonly [Candidate, row: number]> {
  const ids = result.getChild("id");
  const sequences = result.getChild("sequence");
  const positions = result.getChild("position");
  const metadata = result.getChild("metadata");
  for (let row = 0; row < result.numRows; row++) {
    const candidate: Candidate = {
      id: ids?.get(row) as string,
      sequence: (sequences?.get(row) ?? null) as string | null,
      position: (positions?.get(row) ?? null) as number | null,
      metadata: (metadata?.get(row) ?? null) as string | null,
    };
    yield [candidate, row];
  }
}
