import type { Selection } from "./collection.ts";
import { RAW_LANCEDB, type Asking, type Effort } from "./contestant.ts";
import type { Searcher } from "./field.ts";

/** The share of the true nearest neighbours that were found, over all questions. */
export function recallOf(
  found: readonly (readonly string[])[],
  truth: readonly (readonly string[])[],
): number {
  let [hits, wanted] = [0, 0];
  for (const [i, nearest] of truth.entries()) {
    const own = new Set(found[i]);
    hits += nearest.filter((key) => own.has(key)).length;
    wanted += nearest.length;
  }
  return wanted === 0 ? 1 : hits / wanted;
}

/** The number of questions that recall is measured on. */
export const SAMPLE = 100;

export async function vectorAnswers(
  searcher: Searcher,
  selection: Selection,
  effort?: Effort,
): Promise<(readonly string[])[]> {
  const asking: Asking = { mode: "vector", selection, ...(effort && { effort }) };
  return searcher.ask("answers", { asking, n: SAMPLE });
}

/** From little effort to much; after the last one, every vector is compared. */
const EFFORTS: readonly Effort[] = [
  { partitions: 5, refined: 1 },
  { partitions: 5, refined: 3 },
  { partitions: 10, refined: 3 },
  { partitions: 20, refined: 3 },
  { partitions: 20, refined: 10 },
  { partitions: 50, refined: 10 },
  { partitions: 100, refined: 10 },
  { partitions: 200, refined: 20 },
  { partitions: 400, refined: 50 },
];

/** A setting of LanceDB's index, and its recall. */
export interface Setting {
  readonly name: string;
  /** Absent: every vector is compared. */
  readonly effort?: Effort;
  readonly recall: number;
}

/** The setting with the least effort that finds as much. */
export async function settingFor(
  raw: Searcher,
  wanted: number,
  truth: readonly (readonly string[])[],
): Promise<Setting> {
  for (const effort of EFFORTS) {
    const recall = recallOf(await vectorAnswers(raw, "all", effort), truth);
    if (recall < wanted) continue;
    const { partitions, refined } = effort;
    const name = `${RAW_LANCEDB}, nprobes ${partitions}, refine ${refined}`;
    return { name, effort, recall };
  }
  return { name: `${RAW_LANCEDB} without its index`, recall: 1 };
}
