import type {
  AgentScope,
  LongTermStore,
  LongTermWrite,
  Scope,
  SearchHit,
  SearchRequest,
  SearchScope,
  TeamScope,
} from "@mem/core";

export const TENANT = "acme";

/** The scope of one agent of `TENANT`. */
export function agent(agentId: string, workflowId?: string): AgentScope {
  return { tenantId: TENANT, agentId, ...(workflowId !== undefined && { workflowId }) };
}

/** The scope that the agents of one workflow of `TENANT` share. */
export function team(workflowId: string): TeamScope {
  return { tenantId: TENANT, workflowId };
}

/** The scope of a search for these agents of `TENANT`. */
export function agents(...agentIds: readonly string[]): SearchScope {
  return { tenantId: TENANT, agentIds };
}

/** A write with the required fields, and those given. */
export function write(key: string, fields: Partial<LongTermWrite> = {}): LongTermWrite {
  return { key, value: null, text: "", source: "agent", ...fields };
}

/** One write for each key; the key is also its value and its text. */
export function writes(keys: readonly string[]): LongTermWrite[] {
  return keys.map((key) => write(key, { value: key, text: key }));
}

/** One write for each text, with ascending keys. */
export function texts(...all: readonly string[]): LongTermWrite[] {
  return all.map((text, i) => write(`t${String(i).padStart(4, "0")}`, { text }));
}

/** A keyword search for ten hits, unless `fields` says otherwise. */
export function query(text: string, fields: Partial<SearchRequest> = {}): SearchRequest {
  return { text, topK: 10, mode: "keyword", neighbours: true, ...fields };
}

export async function saveOne(
  store: LongTermStore,
  scope: Scope,
  one: LongTermWrite,
): Promise<string> {
  const [result] = await store.save(scope, [one]);
  if (result?.stored !== true) throw new Error(`"${one.key}" was not stored`);
  return result.version;
}

/** Fetches the key of every entry, page by page. */
export async function allKeys(
  store: LongTermStore,
  scope: Scope,
  request: { readonly prefix?: string; readonly limit?: number } = {},
): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list(scope, {
      limit: 7,
      ...request,
      ...(cursor !== undefined && { cursor }),
    });
    keys.push(...page.items.map((entry) => entry.key));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return keys;
}

export function keysOf(hits: readonly SearchHit[]): string[] {
  return hits.map((hit) => hit.key);
}
