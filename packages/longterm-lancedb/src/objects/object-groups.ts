import type { Table } from "@lancedb/lancedb";
import type { Analyzer } from "@mem/search";
import { hasSoundVector, toRow, withVector } from "../table/entry-row.ts";
import type { Deletion, ObjectCommits, Replacement } from "./object-commit.ts";
import type { PlacedSteps } from "./object-steps.ts";
import { readRows } from "../table/row-queries.ts";
import type { Row } from "../table/row.ts";
import { vectorLength } from "../table/table-schema.ts";

/** Changes that are committed together. */
export interface Group {
  readonly places: readonly PlacedSteps[];
  readonly commit: () => Promise<Set<string>>;
}

interface Sized<T> {
  readonly place: PlacedSteps;
  readonly item: T;
  /** In characters. */
  readonly size: number;
}

/** So much goes into one commit, roughly. */
const GROUP_CHARACTERS = 8 << 20;

/** What goes into a commit of its own: LanceDB can't insert, replace and delete on conditions in one. */
export async function groupsToCommit(
  places: readonly PlacedSteps[],
  table: Table,
  commits: ObjectCommits,
  analyzer: Analyzer,
): Promise<Group[]> {
  const dimensions = await vectorLength(table);
  const replaced = places.filter(({ stored, entry }) => stored !== undefined && entry);
  const kept =
    dimensions === undefined
      ? []
      : await readRows(
          table,
          replaced.map(({ id }) => id),
        );
  const before = new Map(kept.filter(hasSoundVector).map((row) => [row.id, row]));
  const inserts: Sized<Row>[] = [];
  const replacements: Sized<Replacement>[] = [];
  const deletions: Sized<Deletion>[] = [];
  for (const place of places) {
    const { changed, entry, stored } = place;
    if (entry === undefined) {
      deletions.push({ place, item: { id: place.id, version: stored?.version ?? "" }, size: 0 });
      continue;
    }
    const row = withKept(toRow(changed, entry, analyzer), before.get(place.id));
    const size = row.value.length + row.text.length + row.terms.length;
    if (stored === undefined) inserts.push({ place, item: row, size });
    else replacements.push({ place, item: { row, replaced: stored.version }, size });
  }
  return [
    ...groupsOf(inserts, (rows) => commits.insert(rows, dimensions)),
    ...groupsOf(replacements, (rows) => commits.replace(rows, dimensions)),
    ...groupsOf(deletions, (rows) => commits.delete(rows)),
  ];
}

function groupsOf<T>(
  sized: readonly Sized<T>[],
  commit: (items: readonly T[]) => Promise<Set<string>>,
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

/** Where the text is the same, its vector is, too. */
function withKept(row: Row, before: Row | undefined): Row {
  const isSame = row.vector_hash === null && before?.text === row.text;
  return isSame && before.vector ? withVector(row, before.vector) : row;
}
