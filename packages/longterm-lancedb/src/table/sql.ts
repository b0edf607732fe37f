import { encodeScope, type Scope, type SearchScope, type WorkflowRef } from "@mem/core";
import type { Slice } from "../log/overlay.ts";
import { keepMark } from "./byte-order-mark.ts";
import { contentFacet } from "./facets.ts";
import { rowId } from "./row.ts";

/** A string as an SQL literal: the only place where text becomes part of a query. */
export function quote(text: string): string {
  return `'${keepMark(text).replaceAll("'", "''")}'`;
}

/** Joins the conditions that are given with AND. */
export function all(...conditions: readonly (string | undefined)[]): string {
  return conditions.filter((condition) => condition !== undefined).join(" AND ");
}

function any(conditions: readonly string[]): string {
  return conditions.length === 0 ? "false" : `(${conditions.join(" OR ")})`;
}

/** Rows with one of these ids. */
export function idIn(ids: readonly string[]): string {
  return columnIn("id", ids);
}

export function equals(column: "subject", value: string): string {
  return `${column} = ${quote(value)}`;
}

/** An empty list matches nothing. */
export function columnIn(
  column:
    | "id"
    | "agent"
    | "workflow"
    | "sequence"
    | "content"
    | "hash"
    | "version"
    | "target.version"
    | "place",
  values: readonly string[],
): string {
  const [first] = values;
  if (first === undefined) return "false";
  // LanceDB plans a list of one as slowly as any other.
  if (values.length === 1) return `${column} = ${quote(first)}`;
  return `${column} IN (${values.map(quote).join(", ")})`;
}

/** Exactly this scope, as a range of ids: an id begins with its scope and a colon, and `;` sorts directly after `:`. */
export function inScope(scope: Scope): string {
  const encoded = encodeScope(scope);
  return `(id > ${quote(`${encoded}:`)} AND id < ${quote(`${encoded};`)})`;
}

/** The keys of a scope that begin with `prefix` and come after `after`, in the order of their UTF-8 bytes. */
export function inKeys(
  scope: Scope,
  prefix: string | undefined,
  after: string | undefined,
): string {
  return all(
    inScope(scope),
    prefix === undefined ? undefined : `starts_with(id, ${quote(rowId(scope, prefix))})`,
    after === undefined ? undefined : `id > ${quote(rowId(scope, after))}`,
  );
}

/** Where a search looks. Without agents, in what the agents of the workflow share, which belongs to none of them. */
export function inSearchScope(scope: SearchScope): string {
  const { tenantId } = scope;
  if (scope.agentIds === undefined) return inScope({ tenantId, workflowId: scope.workflowId });
  const { agentIds, workflowId } = scope;
  if (workflowId === undefined) return all(inTenant(tenantId), columnIn("agent", agentIds));
  return any(agentIds.map((agentId) => inScope({ tenantId, workflowId, agentId })));
}

/** The rows with one of these facets, and maybe others: see `facetsOf`. */
export function hasFacet(facets: readonly number[]): string {
  return `array_has_any(facets, arrow_cast([${facets.join(", ")}], 'List(Int32)'))`;
}

/** The rows with this content. */
export function hasContent(content: string): string {
  return all(hasFacet([contentFacet(content)]), `content = ${quote(content)}`);
}

/** Every scope of the workflow. */
export function inWorkflow({ tenantId, workflowId }: WorkflowRef): string {
  return all(inTenant(tenantId), `workflow = ${quote(workflowId)}`);
}

/** The rows that no clearing has removed; `undefined`: nothing was cleared. */
export function notCleared({
  clearedScopes,
  clearedWorkflows,
}: Pick<Slice, "clearedScopes" | "clearedWorkflows">): string | undefined {
  // Grouped by tenant and agent, because long lists are cheap and long chains of OR are not.
  const workflows = new Map<string, string[]>();
  const add = (condition: string, workflowId: string): void => {
    const others = workflows.get(condition);
    if (others === undefined) workflows.set(condition, [workflowId]);
    else others.push(workflowId);
  };
  for (const { tenantId, agentId = "", workflowId = "" } of clearedScopes) {
    add(all(inTenant(tenantId), `agent = ${quote(agentId)}`), workflowId);
  }
  for (const { tenantId, workflowId } of clearedWorkflows) add(inTenant(tenantId), workflowId);
  const cleared = Array.from(
    workflows,
    ([condition, names]) => `(${all(condition, columnIn("workflow", names))})`,
  );
  return cleared.length === 0 ? undefined : `NOT ${any(cleared)}`;
}

export function inTenant(tenantId: string): string {
  return `tenant = ${quote(tenantId)}`;
}

/** Rows that have text and no vector yet. */
export const VECTOR_PENDING = "vector_hash IS NULL";
/** Rows that have text, and so have a vector or wait for one. */
export const HAS_TEXT = "(vector_hash IS NULL OR vector_hash > '')";
/** Rows of long texts, whose passages have vectors of their own. */
export const HAS_PASSAGES = "passage_vectors IS NOT NULL";
/** Rows of entries that are in a sequence. */
export const IN_SEQUENCE = "sequence IS NOT NULL";
/** Rows that a search by vector can find. */
export const HAS_VECTOR = "vector_hash > ''";
