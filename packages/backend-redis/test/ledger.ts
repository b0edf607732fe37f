import type { MemoryErrorCode, Scope, ShortTermBackend } from "@mem/core";
import type { RedisServer } from "@mem/redis-server";
import { rejection, until, write } from "./samples.ts";

/** Writes without pause, and keeps account of what has been said of each write. */
export class Ledger {
  /** The keys that were stored, each with the moment at which that was known. */
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

  /** When the first write was acknowledged that was begun after that moment or was under way then. */
  async firstSuccessAfter(moment: number): Promise<number> {
    const later = (): number[] => [...this.acknowledged.values()].filter((when) => when > moment);
    await until(async () => later().length > 0, "a write succeeds again");
    return Math.min(...later());
  }

  /** Waits until that many more have been acknowledged. */
  async more(count: number): Promise<void> {
    const wanted = this.acknowledged.size + count;
    await until(async () => this.acknowledged.size >= wanted, `${count} writes succeed`);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#writers);
  }

  /** What is acknowledged and not there, unless it may be lost, and what is there and was not applied. */
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

  /** The keys that are there, which hold what was written. */
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

/** Waits until the replica has all that was written so far; the moment of which that holds. */
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
