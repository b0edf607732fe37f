import { checkScope, encodeParts, type Scope, type WorkflowRef } from "@mem/core";

/**
 * Where the data of a scope is stored. All keys of a place begin with `base`, whose hash tag puts them into one slot of
 * a Cluster; names in the tag are percent-encoded, so that none contains a brace or a colon.
 *
 * | key | holds |
 * | --- | --- |
 * | `base` + `e:` + name | an entry with an expiry of its own, or none |
 * | `n`, `x` | the names of these entries, in order; their expiries |
 * | `r` | until when the tenant's registry lists this place, and with which score |
 * | `l:` + name | a log with an expiry of its own, or none |
 * | `lr` | the names of these logs, for a workflow |
 * | `w` | the lifetime of a workflow, its activity and its claims |
 * | `s`, `sn`, `sx` | entries and logs that live with it; the names of the entries; their own expiries |
 * | `v` | who watches it; while it exists, changes are published on the channel `base` + `c` |
 *
 * The registry of a tenant has a slot of its own: `places` (which may hold something, and until when), `live`
 * (workflows, in order) and `due` (workflows, by when they may have timed out).
 */
export interface Place {
  readonly base: string;
  /** Prefix of the keys of the tenant's registry. */
  readonly registry: string;
  /** Prefix of this scope's names within the place. */
  readonly prefix: string;
  /** `base` and `prefix` together, which identify the scope. */
  readonly scope: string;
  /** The place's name in the registry: `a:` and an agent, or `w:` and a workflow. */
  readonly owner: string;
  readonly isWorkflow: boolean;
}

/** How many scopes have their place cached: computing one costs as much as the rest of a call. */
const MAX_KNOWN = 1000;

export class KeySpace {
  readonly #prefix: string;
  /** By tenant, workflow and agent. */
  #known = new Map<string, Map<string | undefined, Map<string | undefined, Place>>>();
  #knownCount = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Returns the place of the scope's workflow, or else of its agent. Throws `MEM_INVALID_ARGUMENT` for a bad scope. */
  place(scope: Scope): Place {
    const { tenantId, workflowId, agentId } = scope ?? checkScope(scope);
    const known = this.#known.get(tenantId)?.get(workflowId)?.get(agentId);
    return known ?? this.#remember(scope);
  }

  workflow({ tenantId, workflowId }: WorkflowRef): Place {
    return this.#place(tenantId, `w:${workflowId}`, "");
  }

  /** Returns a place by its name in the registry. */
  named(tenantId: string, owner: string): Place {
    return this.#place(tenantId, owner, "");
  }

  registry(tenantId: string): string {
    return this.#tagged([tenantId]);
  }

  #remember(scope: Scope): Place {
    const { tenantId, workflowId, agentId } = checkScope(scope);
    const place =
      workflowId === undefined
        ? this.#place(tenantId, `a:${agentId as string}`, "")
        : this.#place(tenantId, `w:${workflowId}`, `${encodeParts([agentId])}:`);
    if (this.#knownCount++ === MAX_KNOWN) {
      this.#known = new Map();
      this.#knownCount = 1;
    }
    const workflows = inMap(this.#known, tenantId);
    inMap(workflows, workflowId).set(agentId, place);
    return place;
  }

  #place(tenantId: string, owner: string, prefix: string): Place {
    const isWorkflow = owner.startsWith("w:");
    const name = owner.slice(2);
    const base = this.#tagged(isWorkflow ? [tenantId, name] : [tenantId, undefined, name]);
    return {
      base,
      registry: this.registry(tenantId),
      prefix,
      scope: base + prefix,
      owner,
      isWorkflow,
    };
  }

  #tagged(parts: readonly (string | undefined)[]): string {
    return `${this.#prefix}:{${encodeParts(parts)}}:`;
  }
}

/** Returns the inner map at a name; creates it if it is missing. */
function inMap<K, L, V>(maps: Map<K, Map<L, V>>, name: K): Map<L, V> {
  const found = maps.get(name) ?? new Map<L, V>();
  maps.set(name, found);
  return found;
}
