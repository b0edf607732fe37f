import { contentOf } from "../log/content-counts.ts";
import { contentsOf } from "../log/stored-contents.ts";
import type { ObjectCommits } from "./object-commit.ts";
import type { ObjectDatabase } from "./object-database.ts";
import type { PlacedSteps } from "./object-steps.ts";
import { retried } from "./object-table.ts";
import { readRows, readStored } from "../table/row-queries.ts";
import { readVectorColumns } from "./object-vector-columns.ts";

/**
 * Takes back what was committed as new but was not: another machine committed the same content to the scope after this
 * one looked and before its own commit. LanceDB judges a commit row by row, so this shows only in the version that the
 * commit made; of those that race, the first finds nothing there. `together`: the versions of what was judged together
 * with these, which do not count.
 *
 * Resolves with the ids of those that have to be judged again.
 */
export async function takeBackKnown(
  places: readonly PlacedSteps[],
  together: ReadonlySet<string>,
  version: number,
  database: ObjectDatabase,
  commits: ObjectCommits,
): Promise<Set<string>> {
  const asked = places.filter(({ asksNew, entry }) => asksNew && entry !== undefined);
  if (asked.length === 0) return new Set();
  const known = await knownAmong(asked, together, version, database);
  const added = known.filter(({ stored }) => stored === undefined);
  const gone = added.map(({ id, entry }) => ({ id, version: entry?.version ?? "" }));
  if (gone.length > 0) await retried(() => commits.delete(gone));
  const replaced = known.filter(({ stored }) => stored !== undefined);
  if (replaced.length > 0) await putBack(replaced, version, database, commits);
  return new Set(known.map(({ id }) => id));
}

async function knownAmong(
  asked: readonly PlacedSteps[],
  together: ReadonlySet<string>,
  version: number,
  database: ObjectDatabase,
): Promise<PlacedSteps[]> {
  const table = await database.openVersion(version);
  try {
    const contents = contentsOf(table);
    const questions = asked.map((place) => ({ place, question: questionOf(place) }));
    await contents.learn(questions.map(({ question }) => question));
    const holders = new Set(
      questions.flatMap(({ question }) => [...(contents.known(question) ?? [])]),
    );
    const facts = await readStored(table, [...holders]);
    return questions.flatMap(({ place, question }) => {
      const others = (contents.known(question) ?? []).filter(
        (id) => !together.has(facts.get(id)?.version ?? ""),
      );
      return others.length > 0 ? [place] : [];
    });
  } finally {
    table.close();
  }
}

function questionOf({ scope, entry }: PlacedSteps) {
  return { scope, content: entry === undefined ? "" : contentOf(entry.write) };
}

/** Puts replaced rows back, unless others have replaced them again. */
async function putBack(
  places: readonly PlacedSteps[],
  version: number,
  database: ObjectDatabase,
  commits: ObjectCommits,
): Promise<void> {
  const versions = new Map(places.map(({ id, entry }) => [id, entry?.version ?? ""]));
  const table = await database.openVersion(version - 1);
  try {
    const rows = await readRows(table, [...versions.keys()]);
    const before = rows.map((row) => ({ row, replaced: versions.get(row.id) ?? "" }));
    const columns = await readVectorColumns(table);
    await retried(() => commits.replace(before, columns));
  } finally {
    table.close();
  }
}
