import { checkScope, encodeParts, type Scope, type WorkflowRef } from "@mem/core";

/**
 * Where the data of a scope lies. All keys of a place begin with `base`, whose hash tag puts them into one slot of a
 * Cluster; names inside are percent-encoded, so that none contains a brace or a colon.
 *
 * | key | holds |
 * | --- | --- |
 * | `base` + `e:` + name | an entry with an expiry of its own, or none |
 * | `n`, `x` | the names of those in order; their expiries |
 * | `r` | until when the tenant's registry names this place, and under which score |
 * | `l:` + name | a log with an expiry of its own, or none |
 * | `lr` | the names of those, in a workflow |
 * | `w` | the lifetime of a workflow and its activity |
 * | `s`, `sn` | entries and logs that live by it; the names of the entries |
 *
 * The registry of a tenant has a slot of its own: `places` (what may hold something until when) and `live` (workflows
 * in order).
 */
export interface Place {
  readonly base: string;
  /** What the keys of the tenant's registry begin with. */
  readonly registry: string;
  /** What the names of this scope begin with within the place. */
  readonly prefix: string;
  /** Both, which tells scopes apart. */
  readonly scope: string;
  /** How the registry names the place: `a:` and an agent, or `w:` and a workflow. */
  readonly owner: string;
  readonly isWorkflow: boolean;
}

/** The places of so many scopes are remembered: finding out about one costs as much as the rest of a call. */
const MAX_KNOWN = 1000;

export class KeySpace {
  readonly #prefix: string;
  /** By tenant, workflow and agent. */
  #known = new Map<string, Map<string | undefined, Map<string | undefined, Place>>>();
  #knownCount = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The slot of a scope is its workflow's where it has one, else its agent's. `MEM_INVALID_ARGUMENT` for a bad scope. */
  place(scope: Scope): Place {
    const { tenantId, workflowId, agentId } = scope ?? checkScope(scope);
    const known = this.#known.get(tenantId)?.get(workflowId)?.get(agentId);
    return known ?? this.#remember(scope);
  }

  workflow({ tenantId, workflowId }: WorkflowRef): Place {
    return this.#place(tenantId, `w:${workflowId}`, "");
  }

  /** A place by its name in the registry. */
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

/** The map that stands in another at a name. */
function inMap<K, L, V>(maps: Map<K, Map<L, V>>, name: K): Map<L, V> {
  const found = maps.get(name) ?? new Map<L, V>();
  maps.set(name, found);
  return found;
}
