import { invalid } from "../errors.ts";
import { setOwn, type JsonObject } from "../json.ts";
import type { WorkflowState } from "../workflow-lifetimes.ts";

/*
 * Settings that all members of a workflow have to agree on. They are stored in the metadata of its lifetime, where
 * every member finds them, in any process, and are removed from what users see.
 */

const KEEPS_CONVERSATION = "mem:keepConversation";
const RECORD_AS = "mem:recordAs";
const NAMES = [KEEPS_CONVERSATION, RECORD_AS];

export interface WorkflowSettings {
  readonly keepConversation: boolean;
  /** The agent under whose records its start and end are recorded. */
  readonly recordAs: string | undefined;
}

/** Adds the settings to the metadata of a lifetime. Refuses metadata that has one of their names. */
export function withSettings(metadata: JsonObject, settings: WorkflowSettings): JsonObject {
  const reserved = NAMES.find((name) => Object.hasOwn(metadata, name));
  if (reserved !== undefined) {
    throw invalid(`options.metadata.${reserved}`, "is reserved; use another name");
  }
  if (settings.keepConversation) setOwn(metadata, KEEPS_CONVERSATION, true);
  if (settings.recordAs !== undefined) setOwn(metadata, RECORD_AS, settings.recordAs);
  return metadata;
}

export function settingsOf({ metadata }: WorkflowState): WorkflowSettings {
  return {
    keepConversation: Object.hasOwn(metadata, KEEPS_CONVERSATION),
    recordAs: Object.hasOwn(metadata, RECORD_AS) ? (metadata[RECORD_AS] as string) : undefined,
  };
}

/** A state as users see it. */
export function withoutSettings<State extends WorkflowState>(state: State): State {
  if (!NAMES.some((name) => Object.hasOwn(state.metadata, name))) return state;
  const { [KEEPS_CONVERSATION]: _, [RECORD_AS]: __, ...metadata } = state.metadata;
  return { ...state, metadata };
}
