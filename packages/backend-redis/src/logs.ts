import {
  encodeParts,
  MemoryError,
  type CallOptions,
  type LogBounds,
  type LogItem,
  type LogRead,
  type LogWrite,
  type Scope,
} from "@mem/core";
import type { Bodies } from "./bodies.ts";
import { decodeLogItem, encodeId } from "./envelope.ts";
import type { Place } from "./keys.ts";
import type { PlaceCalls } from "./place-calls.ts";
import { append } from "./scripts/append.ts";
import { read } from "./scripts/read.ts";

/** The logs of a scope: each method is one trip to the server. */
export class Logs {
  readonly #calls: PlaceCalls;
  readonly #bodies: Bodies;

  constructor(calls: PlaceCalls, bodies: Bodies) {
    this.#calls = calls;
    this.#bodies = bodies;
  }

  async append(
    place: Place,
    name: string,
    items: readonly LogWrite[],
    { maxItems, ttlMs }: LogBounds,
    options: CallOptions | undefined,
  ): Promise<LogItem[]> {
    if (ttlMs === "session" && !place.isWorkflow) {
      const message = 'bounds.ttlMs is "session" in a scope without a workflow';
      throw new MemoryError("MEM_INVALID_ARGUMENT", message, { path: "bounds.ttlMs" });
    }
    const args = [name, String(ttlMs), String(maxItems)];
    for (const [i, { id, value }] of items.entries()) {
      args.push(encodeId(id, `items[${i}].id`), this.#bodies.ofItem(value, `items[${i}]`));
    }
    return this.#calls.aside(place, options, async (ask) => {
      const [, , ...answers] = await ask(append, args);
      return items.map((_, i) =>
        decodeLogItem(answers[2 * i] as number, answers[2 * i + 1] as string),
      );
    });
  }

  async read(
    place: Place,
    name: string,
    { limit, before, after }: LogRead,
    options: CallOptions | undefined,
  ): Promise<LogItem[]> {
    const bounds = [limit, before ?? Number.MAX_SAFE_INTEGER, after ?? 0];
    const args = [name, ...bounds.map(String)];
    return this.#calls.aside(place, options, async (ask) => {
      const reply = await ask(read, args);
      const [, , first, ...items] = reply as unknown as [number, string, number, ...string[]];
      return items.map((item, i) => decodeLogItem(first + i, item));
    });
  }
}

/** The name of a log within its place. */
export function logName({ agentId }: Scope, log: string): string {
  encodeId(log, "log");
  return encodeParts([agentId, log]);
}
