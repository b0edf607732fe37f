import {
  encodeParts,
  MemoryError,
  type CallOptions,
  type LogBounds,
  type LogEdit,
  type LogItem,
  type LogRead,
  type LogWrite,
  type Scope,
} from "@mem/core";
import type { Bodies } from "./bodies.ts";
import { decodeLogItem, encodeId } from "./envelope.ts";
import type { Place } from "./keys.ts";
import type { AskPlace, PlaceCalls } from "./place-calls.ts";
import { append } from "./scripts/append.ts";
import { edit } from "./scripts/edit.ts";
import { find } from "./scripts/find.ts";
import { read } from "./scripts/read.ts";

/** The logs of a scope. Each method makes one trip to the server; `read` may need several. */
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
    for (const [i, item] of items.entries()) {
      const path = `items[${i}]`;
      const body = this.#bodies.ofItem(item.value, path);
      args.push(encodeId(item.id, `${path}.id`), termsOf(item, path), body);
    }
    return this.#calls.aside(place, options, async (ask) => {
      const [, , ...answers] = await ask(append, args);
      return items.map(({ id, value }, i) => {
        const [position, shown] = answers.slice(2 * i, 2 * i + 2) as [number, string];
        // A new item is as it was sent and need not come back.
        if (!shown.startsWith("[")) return { id, position, at: Number(shown), value, edits: 0 };
        return decodeLogItem(position, shown);
      });
    });
  }

  async read(
    place: Place,
    name: string,
    { limit, before, after }: LogRead,
    options: CallOptions | undefined,
  ): Promise<LogItem[]> {
    return this.#calls.aside(place, options, async (ask) => {
      let page: LogItem[] = [];
      for (let end = before ?? Number.MAX_SAFE_INTEGER; ;) {
        const args = [name, ...[limit - page.length, end, after ?? 0].map(String)];
        const { items, first, isWhole } = await readPage(ask, args);
        page = page.length === 0 ? items : [...items, ...page];
        if (isWhole) return page;
        end = first;
      }
    });
  }

  async find(
    place: Place,
    name: string,
    ids: readonly string[],
    options: CallOptions | undefined,
  ): Promise<(LogItem | undefined)[]> {
    const args = [name, ...ids.map((id, i) => encodeId(id, `ids[${i}]`))];
    return this.#calls.aside(place, options, async (ask) => {
      const [, , ...found] = await ask(find, args);
      return ids.map((_, i) => itemOf(found.slice(2 * i, 2 * i + 2)));
    });
  }

  async edit(
    place: Place,
    name: string,
    { id, value, ifEdits }: LogEdit,
    options: CallOptions | undefined,
  ): Promise<LogItem | undefined> {
    const args = [name, encodeId(id, "edit.id"), ifEdits === undefined ? "" : String(ifEdits)];
    if (value !== undefined) args.push(this.#bodies.ofItem(value, "edit"));
    return this.#calls.aside(place, options, async (ask) => {
      const [, status, ...found] = await ask(edit, args);
      if (status === "EDITED") {
        const message = "the item has been edited since: read it again";
        throw new MemoryError("MEM_CONFLICT", message, { path: "edit.ifEdits" });
      }
      return itemOf(found);
    });
  }
}

/** The name of a log within its place. */
export function logName({ agentId }: Scope, log: string): string {
  encodeId(log, "log");
  return encodeParts([agentId, log]);
}

/** Encodes the time and the ties of an item; most items have neither. */
function termsOf({ at, ties = [] }: LogWrite, path: string): string {
  if (at === undefined && ties.length === 0) return "";
  if (at !== undefined && !(Number.isSafeInteger(at) && at >= 0)) {
    const message = `${path}.at has to be a time in whole milliseconds`;
    throw new MemoryError("MEM_INVALID_ARGUMENT", message, { path: `${path}.at` });
  }
  const names = new Set(ties.map((tie, i) => `"${encodeId(tie, `${path}.ties[${i}]`)}"`));
  return `${at ?? ""} ${[...names].join(",")}`;
}

interface ReadPage {
  readonly items: LogItem[];
  /** The position at which it begins. */
  readonly first: number;
  readonly isWhole: boolean;
}

async function readPage(ask: AskPlace, args: readonly string[]): Promise<ReadPage> {
  const [, status, first, ...lists] = (await ask(read, args)) as unknown as [
    number,
    string,
    number,
    ...(string | null)[][],
  ];
  const items: LogItem[] = [];
  let position = first;
  for (const list of lists) {
    for (const item of list) {
      if (item !== null) items.push(decodeLogItem(position, item));
      position++;
    }
  }
  return { items, first, isWhole: status === "OK" };
}

function itemOf(found: readonly unknown[]): LogItem | undefined {
  const [position, item] = found as [number | string | null, string | null];
  return typeof item === "string" ? decodeLogItem(Number(position), item) : undefined;
}
