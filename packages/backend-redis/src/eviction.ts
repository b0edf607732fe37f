import { MemoryError, publishFailure } from "@mem/core";
import type { Cluster, Redis } from "ioredis";
import { fieldsOf } from "./server-info.ts";

/** What is wrong with a `maxmemory-policy`; nothing with `noeviction`, where a write that has no room is refused. */
export function describeEviction(policy: string): string | undefined {
  if (policy === "noeviction") return undefined;
  return `maxmemory-policy is ${policy}: Redis may drop entries before they expire; set it to noeviction`;
}

/**
 * Looks after connecting whether Redis may drop what it has acknowledged, and says so once on the channel
 * `mem:failure`. No call waits for it or fails of it; where the user may not ask, `health()` says so.
 */
export class EvictionWatch {
  readonly #client: Redis | Cluster;
  #hasBegun = false;
  #hasTold = false;

  constructor(client: Redis | Cluster) {
    this.#client = client;
  }

  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#client.on("ready", this.#look);
    if (this.#client.status === "ready") this.#look();
  }

  end(): void {
    this.#client.off("ready", this.#look);
  }

  readonly #look = (): void => {
    const client = this.#client;
    const servers = "nodes" in client ? client.nodes("master") : [client];
    for (const server of servers) {
      server.info("memory").then(
        (info) => this.#tell(fieldsOf(info).get("maxmemory_policy") ?? "noeviction"),
        // Not allowed, or gone again: then there is nothing to tell yet.
        () => undefined,
      );
    }
  };

  #tell(policy: string): void {
    const problem = describeEviction(policy);
    if (problem === undefined || this.#hasTold) return;
    this.#hasTold = true;
    publishFailure("check the settings of Redis", new MemoryError("MEM_NOT_CONFIGURED", problem));
  }
}
