import type {
  CallOptions,
  LongTermEntry,
  LongTermStore,
  PortableEntry,
  PortableRequest,
  Scope,
} from "@mem/core";
import { encodeParts, encodeScope } from "@mem/core";

/** An entry to restore: the required fields, and those given. */
export function portable(
  scope: Scope,
  key: string,
  fields: Partial<PortableEntry["entry"]> = {},
): PortableEntry {
  const times = { createdAt: 1_700_000_000_000, updatedAt: 1_700_000_000_001 };
  return { scope, entry: { key, value: null, text: "", source: "agent", ...times, ...fields } };
}

/** Fetches every entry, sorted by its place. */
export async function allEntries(
  store: LongTermStore,
  request?: PortableRequest,
  options?: CallOptions,
): Promise<PortableEntry[]> {
  const batches = await Array.fromAsync(store.entries(request, options));
  return batches.flat().toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

/** Identifies an entry among all entries of a store. */
export function placeOf({ scope, entry }: PortableEntry): string {
  return encodeParts([encodeScope(scope), entry.key]);
}

/** The entry as `get` returns it once it is restored. */
export function asEntry({ scope, entry }: PortableEntry): LongTermEntry {
  const { workflowId, agentId } = scope;
  return {
    ...entry,
    ...(workflowId !== undefined && { workflowId }),
    ...(agentId !== undefined && { agentId }),
    version: "",
  };
}
