import type { EntryPlace, LongTermEntry, SearchHit } from "@mem/core";
import { excerpt, finalScore, type Analyzer, type Collapsed, type KeywordQuery } from "@mem/search";
import type { Question, Scored } from "./question.ts";
import { keyOfId, scopePartsOf } from "../table/row.ts";

/** What the caller gets for an entry that was found. */
export function toHit(
  { hit, duplicates }: Collapsed<Scored>,
  entry: LongTermEntry,
  question: Question,
  query: KeywordQuery | undefined,
  analyzer: Analyzer,
): SearchHit {
  const { scores, near } = hit;
  const basis = {
    keyword: question.byKeyword,
    vector: near !== undefined,
    recency: question.recencyOf(hit),
  };
  return {
    ...entry,
    ...finalScore(scores, basis),
    ...excerpt({ text: entry.text, analyzer, query, nearest: near?.nearest }),
    ...(duplicates.length > 0 && { duplicates: duplicates.map(placeOf) }),
  };
}

function placeOf({ candidate: { id } }: Scored): EntryPlace {
  const [, workflow, agent] = scopePartsOf(id);
  return {
    ...(agent !== undefined && { agentId: agent }),
    ...(workflow !== undefined && { workflowId: workflow }),
    key: keyOfId(id),
  };
}
