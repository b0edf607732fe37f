import type { Embedder, SearchMode } from "@mem/core";
import type { SearchPlan } from "./question.ts";
import type { View } from "../reading/view.ts";

/**
 * Adapts the plan to the store: another process may have changed the store's embedder since this one opened it. Then
 * the mode `"auto"` falls back to keywords, and any other rejects with `MEM_EMBEDDING` or `MEM_DIMENSION`.
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
