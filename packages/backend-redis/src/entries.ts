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
import { decodeEntry, encodeId } from "./envelope.ts";
import type { Place } from "./keys.ts";
import { mergePages, pageRequest, type StoredPage } from "./listing.ts";
import type { AskPlace, PlaceCalls, Reply } from "./place-calls.ts";
import { clear } from "./scripts/clear.ts";
import { count } from "./scripts/count.ts";
import { deleteEntries } from "./scripts/delete.ts";
import { get } from "./scripts/get.ts";
import { list } from "./scripts/list.ts";
import { save } from "./scripts/save.ts";
import { Versions } from "./versions.ts";

/** The entries of a scope: each method is one trip to the server. */
export class Entries {
  readonly #calls: PlaceCalls;
  readonly #bodies: Bodies;
  readonly #versions = new Versions();

  constructor(calls: PlaceCalls, bodies: Bodies) {
    this.#calls = calls;
    this.#bodies = bodies;
  }

  async get(
    place: Place,
    keys: readonly string[],
    options: CallOptions | undefined,
  ): Promise<(Entry | undefined)[]> {
    const [only] = keys;
    const isPlain = keys.length === 1 && !place.isWorkflow && options?.session === undefined;
    // The server has freed what is expired by its own time, and what is there has no other home.
    if (isPlain && this.#calls.offset() === 0 && !this.#calls.readsReplicas) {
      return [await this.#getOne(place, only as string, options)];
    }
    return this.#calls.at(place, options, async (ask) => {
      const reply = await ask(get, keys);
      const [clock, , dies, found] = reply as Reply & [number, string, string, (string | null)[]];
      const now = clock + this.#calls.offset();
      return keys.map((key, i) => readEntry(key, found[i] ?? null, now, Number(dies)));
    });
  }

  async save(
    place: Place,
    writes: readonly ShortTermWrite[],
    options: CallOptions | undefined,
  ): Promise<WriteResult[]> {
    const args = writes.flatMap((write, i) => this.#writeArgs(place, write, `writes[${i}]`));
    return this.#calls.at(place, options, async (ask) => {
      const reply = await ask(save, args);
      return writes.map((_, i) => {
        const [verdict, version] = reply.slice(2 + 2 * i, 4 + 2 * i) as [string, string];
        if (verdict !== "refused") return { stored: true, version };
        return version === "" ? { stored: false } : { stored: false, version };
      });
    });
  }

  async delete(
    place: Place,
    removals: readonly Removal[],
    options: CallOptions | undefined,
  ): Promise<boolean[]> {
    const args = removals.flatMap(({ key, ifVersion }) => [key, expected(ifVersion)]);
    return this.#calls.at(place, options, async (ask) => {
      const reply = await ask(deleteEntries, args);
      return reply.slice(2).map((gone) => gone === 1);
    });
  }

  async list(
    place: Place,
    request: ListRequest,
    options: CallOptions | undefined,
  ): Promise<Page<Entry>> {
    const { args, size } = pageRequest(request);
    return this.#calls.at(place, options, async (ask) => {
      const reply = await ask(list, args);
      const [clock, , dies, pages] = reply as Reply & [number, string, string, StoredPage[]];
      const now = clock + this.#calls.offset();
      return mergePages(request, size, pages, (key, raw) => readEntry(key, raw, now, Number(dies)));
    });
  }

  async count(place: Place, options: CallOptions | undefined): Promise<number> {
    return this.#calls.at(place, options, async (ask) => {
      for (;;) {
        const [, status, total] = await ask(count, []);
        if (status === "OK") return total as number;
      }
    });
  }

  async clear(place: Place, options: CallOptions | undefined): Promise<number> {
    return this.#calls.at(place, options, clearAll);
  }

  async #getOne(
    place: Place,
    key: string,
    options: CallOptions | undefined,
  ): Promise<Entry | undefined> {
    const request = { command: "get", args: [`${place.base}e:${key}`] };
    const raw = (await this.#calls.run(options, (ask) => ask(request))) as string | null;
    return raw === null ? undefined : decodeEntry(key, raw, 0);
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
    return [
      key,
      this.#bodies.ofEntry(write, path),
      this.#versions.next(),
      opId === undefined ? "" : encodeId(opId, `${path}.opId`),
      String(ttlMs),
      ifAbsent === true ? "1" : "",
      expected(ifVersion),
    ];
  }
}

/** An absent condition is told from one that nothing meets. */
function expected(ifVersion: string | undefined): string {
  return ifVersion === undefined ? "" : `=${ifVersion}`;
}

/** An entry as a script found it, unless its own time is over. */
function readEntry(
  key: string,
  raw: string | null,
  now: number,
  sessionExpiresAt: number,
): Entry | undefined {
  if (raw === null) return undefined;
  const entry = decodeEntry(key, raw, sessionExpiresAt);
  return entry.expiresAt !== undefined && entry.expiresAt <= now ? undefined : entry;
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
      const { code, message, cause, retryable } = error;
      throw new MemoryError(code, message, { cause, retryable, outcome: "unknown" });
    }
  }
}
