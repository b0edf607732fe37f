import {
  isMemoryError,
  MemoryError,
  type CallOptions,
  type Entry,
  type ListRequest,
  type Page,
  type Removal,
  type ShortTermWrite,
  type WriteResult,
} from "@mem/core";
import type { Bodies } from "./bodies.ts";
import { encodeId } from "./envelope.ts";
import { readEntry, reading, removing, saving } from "./entry-errands.ts";
import type { Reply } from "./errand.ts";
import type { Place } from "./keys.ts";
import { mergePages, pageRequest, type StoredPage } from "./listing.ts";
import type { AskPlace, PlaceCalls } from "./place-calls.ts";
import { copyOf } from "./redis-errors.ts";
import { clear } from "./scripts/clear.ts";
import { count } from "./scripts/count.ts";
import { list } from "./scripts/list.ts";
import { Versions } from "./versions.ts";

/**
 * The entries of a scope. Each method is one trip to the server, or part of one; `count` and `clear` may need several.
 */
export class Entries {
  readonly #calls: PlaceCalls;
  readonly #bodies: Bodies;
  readonly #versions = new Versions();

  constructor(calls: PlaceCalls, bodies: Bodies) {
    this.#calls = calls;
    this.#bodies = bodies;
  }

  get(
    place: Place,
    keys: readonly string[],
    options: CallOptions | undefined,
  ): Promise<(Entry | undefined)[]> {
    return this.#calls.together(place, reading, keys, options);
  }

  save(
    place: Place,
    writes: readonly ShortTermWrite[],
    options: CallOptions | undefined,
  ): Promise<WriteResult[]> {
    const args: string[] = [];
    for (const [i, write] of writes.entries()) {
      args.push(...this.#writeArgs(place, write, `writes[${i}]`));
    }
    return this.#calls.together(place, saving, args, options);
  }

  delete(
    place: Place,
    removals: readonly Removal[],
    options: CallOptions | undefined,
  ): Promise<boolean[]> {
    const args = removals.flatMap(({ key, ifVersion }) => [key, expected(ifVersion)]);
    return this.#calls.together(place, removing, args, options);
  }

  async list(
    place: Place,
    request: ListRequest,
    options: CallOptions | undefined,
  ): Promise<Page<Entry>> {
    const { args, size } = pageRequest(request);
    return this.#calls.at(place, "read", options, async (ask) => {
      const reply = await ask(list, args);
      const [clock, , dies, pages] = reply as Reply & [number, string, string, StoredPage[]];
      const now = clock + this.#calls.offset();
      return mergePages(request, size, pages, (key, raw) => readEntry(key, raw, now, Number(dies)));
    });
  }

  async count(place: Place, options: CallOptions | undefined): Promise<number> {
    return this.#calls.at(place, "read", options, async (ask) => {
      for (;;) {
        const [, status, total] = await ask(count, []);
        if (status === "OK") return total as number;
      }
    });
  }

  async clear(place: Place, options: CallOptions | undefined): Promise<number> {
    return this.#calls.at(place, "clear", options, clearAll);
  }

  #writeArgs(place: Place, write: ShortTermWrite, path: string): string[] {
    const { key, opId, ttlMs, ifAbsent, ifVersion } = write;
    if (ttlMs === "session" && !place.isWorkflow) {
      throw new MemoryError(
        "MEM_INVALID_ARGUMENT",
        `${path}.ttlMs is "session" in a scope without a workflow`,
        { path: `${path}.ttlMs` },
      );
    }
    const op = opId === undefined ? "" : encodeId(opId, `${path}.opId`);
    const version = this.#versions.next();
    const content = `"${version}","${op}",${this.#bodies.ofEntry(write, path)}`;
    return [
      key,
      content,
      `${ttlMs} ${op} ${ifAbsent === true ? "-" : ""}${expected(ifVersion)}`,
      version,
    ];
  }
}

/** The equals sign tells an empty version, which nothing matches, from no condition. */
function expected(ifVersion: string | undefined): string {
  return ifVersion === undefined ? "" : `=${ifVersion}`;
}

async function clearAll(ask: AskPlace): Promise<number> {
  let removed = 0;
  for (let isFirst = true; ; isFirst = false) {
    try {
      const [, status, batch] = await ask(clear, []);
      removed += batch as number;
      if (status === "OK") return removed;
    } catch (error) {
      if (isFirst || !isMemoryError(error)) throw error;
      throw copyOf(error, "unknown");
    }
  }
}
