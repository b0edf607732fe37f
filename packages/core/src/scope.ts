import { invalid, MemoryError } from "./errors.ts";

/** The memory of one agent, within a workflow if `workflowId` is given. */
export interface AgentScope {
  readonly tenantId: string;
  readonly workflowId?: string;
  readonly agentId: string;
}

/** The memory that all agents of a workflow share. */
export interface TeamScope {
  readonly tenantId: string;
  readonly workflowId: string;
  readonly agentId?: never;
}

/** Where entries are kept, and all that a call can touch: an exact place, never a prefix of others. */
export type Scope = AgentScope | TeamScope;

/** One workflow of one tenant, with everything in it. */
export interface WorkflowRef {
  readonly tenantId: string;
  readonly workflowId: string;
}

/**
 * Where a search looks: in the memory of these agents (in any workflow, or in the given one), or, without `agentIds`,
 * in what the agents of the workflow share. There is no search without either.
 */
export type SearchScope =
  | {
      readonly tenantId: string;
      readonly agentIds: readonly string[];
      readonly workflowId?: string;
    }
  | { readonly tenantId: string; readonly agentIds?: never; readonly workflowId: string };

export const MAX_ID_LENGTH = 16_384;

/**
 * Returns `value` if it can name a tenant, an agent, a workflow or a key: any non-empty well-formed string of at most
 * 16,384 UTF-16 code units. Throws `MEM_INVALID_ARGUMENT` or `MEM_TOO_LARGE` otherwise.
 */
export function checkId(value: unknown, path: string): string {
  if (typeof value !== "string") throw invalid(path, `has to be a string, not ${typeName(value)}`);
  if (value.length === 0) throw invalid(path, "has to be a non-empty string");
  if (value.length > MAX_ID_LENGTH) {
    throw new MemoryError("MEM_TOO_LARGE", `${path} is longer than ${MAX_ID_LENGTH} characters`, {
      path,
    });
  }
  if (!value.isWellFormed()) throw invalid(path, "has a lone surrogate");
  return value;
}

/**
 * Checks every part of a scope. For backends that are called directly: the manager has already done so. Throws
 * `MEM_INVALID_ARGUMENT`, also for a scope that has neither an agent nor a workflow.
 */
export function checkScope(scope: Scope): Scope {
  if (typeof scope !== "object" || scope === null) throw invalid("scope", "is missing");
  checkId(scope.tenantId, "scope.tenantId");
  if (scope.workflowId !== undefined) checkId(scope.workflowId, "scope.workflowId");
  if (scope.agentId !== undefined) checkId(scope.agentId, "scope.agentId");
  if (scope.workflowId === undefined && scope.agentId === undefined) {
    throw invalid("scope", "names neither an agent nor a workflow");
  }
  return scope;
}

/** `checkScope` for a search. Refuses an empty list of agents. */
export function checkSearchScope(scope: SearchScope): SearchScope {
  if (typeof scope !== "object" || scope === null) throw invalid("scope", "is missing");
  checkId(scope.tenantId, "scope.tenantId");
  if (scope.workflowId !== undefined) checkId(scope.workflowId, "scope.workflowId");
  if (scope.agentIds === undefined) {
    if (scope.workflowId === undefined)
      throw invalid("scope", "names neither agents nor a workflow");
    return scope;
  }
  if (!Array.isArray(scope.agentIds) || scope.agentIds.length === 0) {
    throw invalid("scope.agentIds", "has to name at least one agent");
  }
  scope.agentIds.forEach((id, i) => checkId(id, `scope.agentIds[${i}]`));
  return scope;
}

/**
 * Joins names into a string that no other list of names produces: each part is percent-encoded, so `:` and `{}` occur
 * only as separators; an absent part becomes empty, which no name is.
 */
export function encodeParts(parts: readonly (string | undefined)[]): string {
  return parts.map((part) => (part === undefined ? "" : encodeURIComponent(part))).join(":");
}

/** The inverse of `encodeParts`. */
export function decodeParts(encoded: string): (string | undefined)[] {
  return encoded.split(":").map((part) => (part === "" ? undefined : decodeURIComponent(part)));
}

/** A scope as one injective string: `tenant:workflow:agent`, each percent-encoded, absent parts empty. */
export function encodeScope(scope: Scope): string {
  return encodeParts([scope.tenantId, scope.workflowId, scope.agentId]);
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}
