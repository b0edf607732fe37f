import type {
  AgentScope,
  LongTermStore,
  LongTermWrite,
  SearchRequest,
  SearchScope,
} from "@mem/core";

export const ann: AgentScope = { tenantId: "acme", agentId: "ann" };
export const anns: SearchScope = { tenantId: "acme", agentIds: ["ann"] };

export function write(key: string, fields: Partial<LongTermWrite> = {}): LongTermWrite {
  return { key, value: null, text: "", source: "agent", ...fields };
}

/** A write whose value is its text. */
export function note(key: string, text: string): LongTermWrite {
  return write(key, { value: text, text });
}

export function query(text: string, fields: Partial<SearchRequest> = {}): SearchRequest {
  return { text, topK: 10, mode: "auto", neighbours: true, ...fields };
}

export async function keysIn(store: LongTermStore): Promise<string[]> {
  const { items } = await store.list(ann, { limit: 10_000 });
  return items.map(({ key }) => key);
}
