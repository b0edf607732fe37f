import type { MemoryErrorCode, Scope, ShortTermBackend } from "@mem/core";
import type { RedisServer } from "@mem/redis-server";
import { rejection, until, write } from "./samples.ts";

/** Writes continuously, and records what is reported of each write. */
export class Ledger {
  /** The keys that were stored, each with the time at which that was known. */
  readonly acknowledged: Map<string, number> = new Map();
  readonly notApplied: Set<string> = new Set();
  readonly unknown: Set<string> = new Set();
  readonly codes: Set<MemoryErrorCode> = new Set();
  /** The longest that a call took to settle, in milliseconds. */
  slowestMs = 0;
  readonly #backend: ShortTermBackend;
  readonly #scope: Scope;
  readonly #writers: Promise<void>[];
  #isOver = false;

  constructor(backend: ShortTermBackend, scope: Scope, writers: number = 4) {
    this.#backend = backend;
    this.#scope = scope;
    this.#writers = Array.from({ length: writers }, (_, i) => this.#keepWriting(`writer ${i}`));
  }

  /** Resolves with the time of the first acknowledgement after this moment. */
  async firstSuccessAfter(moment: number): Promise<number> {
    const later = (): number[] => [...this.acknowledged.values()].filter((when) => when > moment);
    await until(async () => later().length > 0, "a write succeeds again");
    return Math.min(...later());
  }

  /** Waits until this many more writes have been acknowledged. */
  async more(count: number): Promise<void> {
    const wanted = this.acknowledged.size + count;
    await until(async () => this.acknowledged.size >= wanted, `${count} writes succeed`);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#writers);
  }

  /** Acknowledged writes that are missing, unless they may be lost, and writes that are there but were not applied. */
  async differences(mayBeLost: (when: number) => boolean = () => false): Promise<string[]> {
    const stored = await this.#stored();
    const lost = [...this.acknowledged].filter(
      ([key, when]) => !stored.has(key) && !mayBeLost(when),
    );
    const ghosts = [...this.notApplied].filter((key) => stored.has(key));
    return [
      ...lost.map(([key]) => `${key} was acknowledged and is lost`),
      ...ghosts.map((key) => `${key} was not applied and is there`),
    ];
  }

  async #keepWriting(name: string): Promise<void> {
    for (let i = 0; !this.#isOver; i++) {
      const key = `${name}: ${i}`;
      const begin = performance.now();
      try {
        await this.#backend.save(this.#scope, [write(key)]);
        this.acknowledged.set(key, performance.now());
      } catch (error) {
        const { code, outcome } = await rejection(Promise.reject(error));
        this.codes.add(code);
        (outcome === "unknown" ? this.unknown : this.notApplied).add(key);
      }
      this.slowestMs = Math.max(this.slowestMs, performance.now() - begin);
    }
  }

  /** The keys that are there and hold what was written. */
  async #stored(): Promise<Set<string>> {
    const keys = [...this.acknowledged.keys(), ...this.notApplied, ...this.unknown];
    const stored = new Set<string>();
    for (let i = 0; i < keys.length; i += 500) {
      for (const entry of await this.#backend.get(this.#scope, keys.slice(i, i + 500))) {
        if (entry?.value === `value of ${entry?.key}`) stored.add(entry.key);
      }
    }
    return stored;
  }
}

/** Waits until the replica has everything written so far; resolves with the moment for which that holds. */
export async function inStep(primary: RedisServer, replica: RedisServer): Promise<number> {
  const moment = performance.now();
  const written = await offsetOf(primary);
  await until(async () => (await offsetOf(replica)) >= written, "the replica is in step");
  return moment;
}

async function offsetOf(server: RedisServer): Promise<number> {
  const replication = String(await server.command("INFO", "replication"));
  return Number(
    /slave_repl_offset:(\d+)/.exec(replication)?.[1] ??
      /master_repl_offset:(\d+)/.exec(replication)?.[1],
  );
}
