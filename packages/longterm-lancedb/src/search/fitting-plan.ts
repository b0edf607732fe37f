import type { Embedder, SearchMode } from "@mem/core";
import type { SearchPlan } from "./question.ts";
import type { View } from "../reading/view.ts";

/**
 * The plan as it fits what is searched: another process may have given the store another embedder since this one opened
 * it. Rejects with `MEM_EMBEDDING` or `MEM_DIMENSION` then, unless the mode leaves the choice: words have to do.
 */
export async function fittingPlan(
  plan: SearchPlan,
  view: View,
  embedder: Embedder | undefined,
  mode: SearchMode,
): Promise<SearchPlan> {
  if (plan.vector === undefined || embedder === undefined) return plan;
  const refusal = await view.refusalOf(embedder);
  if (refusal === undefined) return plan;
  if (mode !== "auto") throw refusal;
  return { scope: plan.scope, byKeyword: true, weight: 0, at: plan.at };
}
