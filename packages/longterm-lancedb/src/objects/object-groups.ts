import type { Table } from "@lancedb/lancedb";
import type { Analyzer } from "@mem/search";
import { toRow } from "../table/entry-row.ts";
import type { Committed, Deletion, ObjectCommits, Replacement } from "./object-commit.ts";
import { readVectorColumns, vectorColumnsOf, type VectorColumns } from "./object-vector-columns.ts";
import type { UnflushedEntry } from "../log/changed-entry.ts";
import type { PlacedSteps } from "./object-steps.ts";
import { readRows } from "../table/row-queries.ts";
import type { Row } from "../table/row.ts";
import { withKeptVectors } from "../vectors/row-vectors.ts";

/** Changes that are committed together. */
export interface Group {
  readonly places: readonly PlacedSteps[];
  readonly commit: () => Promise<Committed>;
}

interface Sized<T> {
  readonly place: PlacedSteps;
  readonly item: T;
  /** In characters. */
  readonly size: number;
}

/** Roughly the maximum size of one commit. */
const GROUP_CHARACTERS = 8 << 20;

/** Whether an entry was restored with vectors of the table's embedder. */
function hasOwnVectors({ vectorsOf }: PlacedSteps, columns: VectorColumns | undefined): boolean {
  return vectorsOf !== undefined && vectorColumnsOf(vectorsOf).fence === columns?.fence;
}

function withoutVectors({ vector: _vector, passages: _passages, ...entry }: UnflushedEntry) {
  return entry;
}

/** Splits changes into commits: LanceDB can't insert, replace and delete on conditions in one. */
export async function groupsToCommit(
  places: readonly PlacedSteps[],
  table: Table,
  commits: ObjectCommits,
  analyzer: Analyzer,
): Promise<Group[]> {
  const columns = await readVectorColumns(table);
  const replaced = places.filter(({ stored, entry }) => stored !== undefined && entry);
  const present =
    columns === undefined
      ? []
      : await readRows(
          table,
          replaced.map(({ id }) => id),
        );
  const before = new Map(present.map((row) => [row.id, row]));
  const inserts: Sized<Row>[] = [];
  const replacements: Sized<Replacement>[] = [];
  const deletions: Sized<Deletion>[] = [];
  for (const place of places) {
    const { changed, entry, stored } = place;
    if (entry === undefined) {
      deletions.push({ place, item: { id: place.id, version: stored?.version ?? "" }, size: 0 });
      continue;
    }
    const kept = hasOwnVectors(place, columns) ? entry : withoutVectors(entry);
    const row = withKeptVectors(toRow(changed, kept, analyzer), before.get(place.id));
    const size = row.entry.length + row.terms.length;
    if (stored === undefined) inserts.push({ place, item: row, size });
    else replacements.push({ place, item: { row, replaced: stored.version }, size });
  }
  return [
    ...groupsOf(inserts, (rows) => commits.insert(rows, columns)),
    ...groupsOf(replacements, (rows) => commits.replace(rows, columns)),
    ...groupsOf(deletions, (rows) => commits.delete(rows)),
  ];
}

function groupsOf<T>(
  sized: readonly Sized<T>[],
  commit: (items: readonly T[]) => Promise<Committed>,
): Group[] {
  const groups: Sized<T>[][] = [];
  let size = Infinity;
  for (const each of sized) {
    if (size + each.size > GROUP_CHARACTERS) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(each);
    size += each.size;
  }
  return groups.map((group) => ({
    places: group.map(({ place }) => place),
    commit: () => commit(group.map(({ item }) => item)),
  }));
}
