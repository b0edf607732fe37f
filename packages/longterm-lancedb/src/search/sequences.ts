import { borrowFromNeighbours, type SequencePlace } from "@mem/search";
import { candidateColumns, candidatesIn, type Candidate, type Wanted } from "./candidates.ts";
import type { Looked, Question, Scored } from "./question.ts";
import { scopeOfId } from "../table/row.ts";
import type { Searched } from "./searched.ts";
import { all, columnIn, IN_SEQUENCE } from "../table/sql.ts";
import type { WindowSearch } from "./window-search.ts";

/** If there are more sequences than this, all sequences of the scope are read. */
const NAMED_SEQUENCES = 500;
/** In a large scope, the neighbours of this many of the best are looked at, and of as many of the best chosen ones. */
const LEADERS = 100;
/** A score is lent up to two places away, and an entry there borrows from both sides. */
const REACH = 4;
const PLACES: Wanted = {
  places: true,
  metadata: false,
  time: false,
  terms: false,
  vectors: false,
  passages: false,
  rows: false,
};

/** Lets candidates borrow from their neighbours, whose scores are all known. Neighbours of a hit become hits, too. */
export async function borrowFromAll(
  searched: Searched,
  question: Question,
  scored: readonly Scored[],
): Promise<Scored[]> {
  const members = await membersOf(searched, question, namesOf(scored), question.wanted);
  const known = new Set(scored.map(({ candidate }) => candidate.id));
  const others = members.filter(({ candidate }) => !known.has(candidate.id));
  const unscored = others.map((each) => question.unscored(each));
  return borrow([...scored, ...unscored], placesOf(members));
}

/** The same if only the best were looked at: also looks at their neighbours. */
export async function borrowInWindow(
  searched: Searched,
  question: Question,
  window: WindowSearch,
  scored: readonly Scored[],
): Promise<Scored[]> {
  const ordered = scored
    .filter(({ candidate, score }) => candidate.sequence !== null && score > 0)
    .toSorted((a, b) => b.score - a.score);
  const chosen = ordered.filter((each) => question.chooses(each));
  const leaders = new Set([...ordered.slice(0, LEADERS), ...chosen.slice(0, LEADERS)]);
  const members = await membersOf(searched, question, namesOf(leaders), PLACES);
  const places = placesOf(members);
  const around = new Set<string>();
  for (const { candidate } of leaders) {
    const place = places.get(candidate.id);
    if (place === undefined) continue;
    for (let by = -REACH; by <= REACH; by++) around.add(nameOf(place, by));
  }
  const beside = members.filter(({ candidate }) => {
    const place = places.get(candidate.id);
    return place !== undefined && around.has(nameOf(place, 0));
  });
  const taken = await window.take(beside);
  return borrow([...scored, ...taken.map((looked) => window.score(looked))], places);
}

/**
 * The most that an entry that was not looked at can score with what it borrows, if it scores at most `rest` by itself:
 * it is a neighbour of none of the best, but may be in the sequence of the very best.
 */
export function withBorrowed(rest: number, scored: readonly Scored[]): number {
  const best = scored.reduce(
    (most, { scores }) => Math.max(most, scores.keyword + scores.vector),
    0,
  );
  return rest + (rest / 2 + rest / 4 + best / 4);
}

function nameOf({ id, position }: SequencePlace, by: number): string {
  return `${position + by} ${id}`;
}

function borrow(scored: readonly Scored[], places: ReadonlyMap<string, SequencePlace>): Scored[] {
  const placed = scored.map((each) => ({ ...each, sequence: places.get(each.candidate.id) }));
  return borrowFromNeighbours(placed);
}

function namesOf(scored: Iterable<Scored>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { candidate, score } of scored) {
    if (candidate.sequence !== null && score > 0) names.add(candidate.sequence);
  }
  return names;
}

async function membersOf(
  { table, condition, slice, unflushed, totals }: Searched,
  question: Question,
  names: ReadonlySet<string>,
  wanted: Wanted,
): Promise<Looked[]> {
  if (names.size === 0) return [];
  const members = unflushed
    .filter(({ candidate: { sequence } }) => sequence !== null && names.has(sequence))
    .map((each) => question.look(each));
  if (totals.rows === 0) return members;
  const named = names.size > NAMED_SEQUENCES ? IN_SEQUENCE : columnIn("sequence", [...names]);
  const result = await table
    .query()
    .where(all(condition, named))
    .select(candidateColumns(wanted))
    .withRowId()
    .toArrow();
  for (const read of candidatesIn(result, slice)) members.push(question.look(read));
  return members;
}

/** Positions may be any numbers; neighbours are entries next to each other in their order. */
function placesOf(members: readonly Looked[]): Map<string, SequencePlace> {
  const sequences = new Map<string, Candidate[]>();
  for (const { candidate } of members) {
    // A sequence belongs to its scope: another agent's sequence of the same name is a different one.
    const id = JSON.stringify([scopeOfId(candidate.id), candidate.sequence]);
    const sequence = sequences.get(id);
    if (sequence === undefined) sequences.set(id, [candidate]);
    else sequence.push(candidate);
  }
  const places = new Map<string, SequencePlace>();
  for (const [id, sequence] of sequences) {
    const order = [...new Set(sequence.map(({ position }) => position ?? 0))].toSorted(
      (a, b) => a - b,
    );
    const ordinals = new Map(order.map((position, ordinal) => [position, ordinal]));
    for (const { id: member, position } of sequence) {
      places.set(member, { id, position: ordinals.get(position ?? 0) ?? 0 });
    }
  }
  return places;
}
