import { invalid } from "./errors.ts";
import { setOwn, type JsonObject } from "./json.ts";
import type { WorkflowState } from "./workflow-lifetimes.ts";

/*
 * What the members of a workflow have to agree on is kept with the metadata of its lifetime, where every member finds it,
 * whatever process it is in, and taken out of what users see.
 */

const KEEPS_CONVERSATION = "mem:keepConversation";

/** The metadata of a lifetime with its settings. A user's own of that name are refused. */
export function withSettings(metadata: JsonObject, keepConversation: boolean): JsonObject {
  if (Object.hasOwn(metadata, KEEPS_CONVERSATION)) {
    throw invalid(`options.metadata.${KEEPS_CONVERSATION}`, "is reserved; use another name");
  }
  if (keepConversation) setOwn(metadata, KEEPS_CONVERSATION, true);
  return metadata;
}

export function keepsConversation({ metadata }: WorkflowState): boolean {
  return Object.hasOwn(metadata, KEEPS_CONVERSATION);
}

/** A state as users see it. */
export function withoutSettings<State extends WorkflowState>(state: State): State {
  if (!keepsConversation(state)) return state;
  const { [KEEPS_CONVERSATION]: _, ...metadata } = state.metadata;
  return { ...state, metadata };
}
