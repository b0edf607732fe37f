import { createCollapse, rank, type Collapsed } from "@mem/search";
import type { Question, Scored } from "./question.ts";

/** Chooses and ranks: the best `topK` that meet the request, without near-duplicates if these are collapsed. */
export function select(
  question: Question,
  scored: readonly Scored[],
): readonly Collapsed<Scored>[] {
  const { topK, minScore, recency, collapse } = question.request;
  const ranked = rank(
    // The filter chooses among scored candidates, so that it changes no score.
    scored.filter((each) => question.chooses(each)),
    {
      topK: collapse === true ? Infinity : topK,
      minScore,
      neighbours: false,
      ...(recency && { recency: (each: Scored) => question.recencyOf(each) ?? 1 }),
    },
  );
  if (collapse !== true) return ranked.map((hit) => ({ hit, duplicates: [] }));
  const distinct = createCollapse<Scored>(topK);
  for (const each of ranked) if (!distinct.offer(each, each.terms ?? [])) break;
  return distinct.kept;
}
