import type {
  CallOptions,
  LongTermEntry,
  LongTermStore,
  PortableEntry,
  PortableRequest,
  Scope,
} from "@mem/core";
import { encodeParts, encodeScope } from "@mem/core";

/** An entry to be restored, with as little as it may have, and what is given. */
export function portable(
  scope: Scope,
  key: string,
  fields: Partial<PortableEntry["entry"]> = {},
): PortableEntry {
  const times = { createdAt: 1_700_000_000_000, updatedAt: 1_700_000_000_001 };
  return { scope, entry: { key, value: null, text: "", source: "agent", ...times, ...fields } };
}

/** Every entry there is, in no particular order. */
export async function allEntries(
  store: LongTermStore,
  request?: PortableRequest,
  options?: CallOptions,
): Promise<PortableEntry[]> {
  const batches = await Array.fromAsync(store.entries(request, options));
  return batches.flat().toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

/** What names an entry among all of a store. */
export function placeOf({ scope, entry }: PortableEntry): string {
  return encodeParts([encodeScope(scope), entry.key]);
}

/** As `get` gives it out once it is restored. */
export function asEntry({ scope, entry }: PortableEntry): LongTermEntry {
  const { workflowId, agentId } = scope;
  return {
    ...entry,
    ...(workflowId !== undefined && { workflowId }),
    ...(agentId !== undefined && { agentId }),
    version: "",
  };
}
