import { borrowFromNeighbours, type SequencePlace } from "@mem/search";
import { candidateColumns, candidatesIn, type Candidate } from "./candidates.ts";
import { scopeOfId } from "../table/row.ts";
import type { ScoredCandidate } from "./scored-candidates.ts";
import type { Searched } from "./searched.ts";
import { all, columnIn } from "../table/sql.ts";

/** More sequences than these are read together with all others of the scope. */
const NAMED_SEQUENCES = 500;

/** Lets candidates borrow from their neighbours. What stands beside an answer becomes a candidate itself. */
export async function borrowInSequences(
  searched: Searched,
  candidates: readonly ScoredCandidate[],
): Promise<ScoredCandidate[]> {
  const names = new Set<string>();
  for (const { sequence, score } of candidates) {
    if (sequence !== null && score > 0) names.add(sequence);
  }
  if (names.size === 0) return [...candidates];
  const members = await membersOf(searched, names);
  const places = placesOf(members);
  const scored = new Map(candidates.map((candidate) => [candidate.id, candidate]));
  for (const member of members) if (!scored.has(member.id)) scored.set(member.id, unscored(member));
  const placed = Array.from(scored.values(), (candidate) => ({
    candidate,
    id: candidate.id,
    score: candidate.score,
    scores: candidate.scores,
    sequence: places.get(candidate.id),
  }));
  return borrowFromNeighbours(placed).map(({ candidate, score, scores }) => ({
    ...candidate,
    score,
    scores,
  }));
}

async function membersOf(
  { table, condition, slice, unflushed, totals, withMetadata }: Searched,
  names: ReadonlySet<string>,
): Promise<Candidate[]> {
  const members: Candidate[] = unflushed.filter(
    ({ sequence }) => sequence !== null && names.has(sequence),
  );
  if (totals.rows === 0) return members;
  const named =
    names.size > NAMED_SEQUENCES ? "sequence IS NOT NULL" : columnIn("sequence", [...names]);
  const result = await table
    .query()
    .where(all(condition, named))
    .select(candidateColumns(withMetadata))
    .toArrow();
  for (const [candidate] of candidatesIn(result, slice)) members.push(candidate);
  return members;
}

/** Stands beside something, and answers nothing itself. */
function unscored(candidate: Candidate): ScoredCandidate {
  const scores = { keyword: 0, vector: 0, neighbours: 0 };
  return { ...candidate, score: 0, scores, cosine: undefined };
}

/** Positions may be any numbers; neighbours are those next to each other in their order. */
function placesOf(members: readonly Candidate[]): Map<string, SequencePlace> {
  const sequences = new Map<string, Candidate[]>();
  for (const member of members) {
    // A sequence belongs to its scope: another agent's of the same name is another one.
    const id = JSON.stringify([scopeOfId(member.id), member.sequence]);
    const sequence = sequences.get(id);
    if (sequence === undefined) sequences.set(id, [member]);
    else sequence.push(member);
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
