import { MemoryError, publishFailure } from "@mem/core";
import type { Cluster, Redis } from "ioredis";
import { fieldsOf } from "./server-info.ts";

/**
 * Says what is wrong with a `maxmemory-policy`: nothing with `noeviction`, under which a full server refuses writes.
 */
export function describeEviction(policy: string): string | undefined {
  if (policy === "noeviction") return undefined;
  return `maxmemory-policy is ${policy}: Redis may drop entries before they expire; set it to noeviction`;
}

/**
 * After connecting, checks whether Redis may evict what it has acknowledged, and reports it once on the channel
 * `mem:failure`. No call waits for this or fails because of it; if the user may not run INFO, `health()` says so.
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
        // INFO is not allowed, or the server is gone again: there is nothing to report yet.
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
