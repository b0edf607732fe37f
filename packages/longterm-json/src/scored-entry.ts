import { encodeScope } from "@mem/core";
import { cosine, fuse, type Hit, type KeywordQuery } from "@mem/search";
import type { ScopeEntries } from "./scope-entries.ts";
import type { StoredEntry } from "./stored-entry.ts";

/** An entry with its scores in a search. */
export interface ScoredEntry extends Hit {
  readonly stored: StoredEntry;
  readonly scope: ScopeEntries;
  /** The index of its passage that is nearest to the query; `undefined` if its vector was not compared. */
  readonly nearest: number | undefined;
}

/** What a search by vector compares with. */
export interface VectorQuery {
  readonly vector: Float32Array;
  /** The vector's share in a hybrid score. */
  readonly weight: number;
  /** One vector for each passage; `undefined` while they are pending. */
  of(stored: StoredEntry): readonly Float32Array[] | undefined;
}

/** What is known of an entry before it is scored. */
interface FoundEntry {
  readonly stored: StoredEntry;
  readonly scope: ScopeEntries;
  readonly keyword: number | undefined;
  readonly likeness: Likeness | undefined;
}

interface Likeness {
  readonly cosine: number;
  readonly nearest: number;
}

/** The entries that match by their words, and, in a search by vector, all entries that have one. */
export function scoreEntries(
  scopes: readonly ScopeEntries[],
  words: KeywordQuery | undefined,
  vectors: VectorQuery | undefined,
): ScoredEntry[] {
  const found = scopes.flatMap((scope) => findEntries(scope, words, vectors));
  return found.map(({ stored, scope, keyword, likeness }) => ({
    ...fuse({
      keyword: words === undefined ? undefined : (keyword ?? 0),
      cosine: likeness?.cosine,
      weight: vectors?.weight ?? 0,
    }),
    id: idOf(stored),
    stored,
    scope,
    nearest: likeness?.nearest,
  }));
}

function findEntries(
  scope: ScopeEntries,
  words: KeywordQuery | undefined,
  vectors: VectorQuery | undefined,
): FoundEntry[] {
  const matches = words === undefined ? [] : scope.keywords().search(words);
  const byWords = new Map(matches.map(({ id, keyword }) => [id, keyword]));
  const entries = vectors === undefined ? matches.map(({ id }) => scope.get(id)) : scope.all();
  return entries.flatMap((stored): FoundEntry[] => {
    if (stored === undefined) return [];
    const keyword = byWords.get(stored.entry.key);
    const own = vectors?.of(stored);
    const likeness = vectors && own && likenessOf(own, vectors.vector);
    if (likeness === undefined && keyword === undefined) return [];
    return [{ stored, scope, keyword, likeness }];
  });
}

/** The likeness of the nearest passage; of equals, the first. */
function likenessOf(passages: readonly Float32Array[], question: Float32Array): Likeness {
  const cosines = passages.map((passage) => cosine(question, passage));
  const best = Math.max(...cosines);
  return { cosine: best, nearest: cosines.indexOf(best) };
}

/**
 * The scored entries with their places in their sequences, and the other members of these sequences, whose scores may
 * rise by what they borrow. A member's place is its rank, because positions may be any numbers.
 */
export function inSequences(found: readonly ScoredEntry[]): ScoredEntry[] {
  const known = new Map(found.map((scored) => [scored.stored, scored]));
  const done = new Set<string>();
  return found.flatMap((scored): ScoredEntry[] => {
    const { sequence } = scored.stored.entry;
    if (sequence === undefined) return [scored];
    const id = `${encodeScope(scored.scope.scope)} ${sequence.id}`;
    if (done.has(id)) return [];
    done.add(id);
    return ranked(scored.scope.inSequence(sequence.id)).map(({ stored, position }) => ({
      ...(known.get(stored) ?? unmatched(stored, scored.scope)),
      sequence: { id, position },
    }));
  });
}

/** The members in order, with their ranks; members at the same position share a rank. */
function ranked(members: Iterable<StoredEntry>): { stored: StoredEntry; position: number }[] {
  let position = 0;
  let last: number | undefined;
  return [...members]
    .toSorted((a, b) => positionOf(a) - positionOf(b))
    .map((stored) => {
      const own = positionOf(stored);
      if (last !== undefined && own !== last) position += 1;
      last = own;
      return { stored, position };
    });
}

function positionOf({ entry }: StoredEntry): number {
  return entry.sequence?.position ?? 0;
}

function unmatched(stored: StoredEntry, scope: ScopeEntries): ScoredEntry {
  const scores = { keyword: 0, vector: 0, neighbours: 0 };
  return { id: idOf(stored), stored, scope, nearest: undefined, score: 0, scores };
}

/** Equal scores are ordered by this: by key, then by scope, which never contains a NUL. */
function idOf({ scope, entry }: StoredEntry): string {
  return `${entry.key}\0${encodeScope(scope)}`;
}
