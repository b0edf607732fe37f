import { cloneJson, type LogItem, type LogRead, type LogWrite } from "@mem/core";
import { Timed } from "./timing-wheel.ts";

/** What an append does to a log. */
export interface LogChange {
  readonly added: readonly LogWrite[];
  readonly dropped: readonly LogWrite[];
}

/** A log as it is kept. Its items stand in one row without gaps: only the oldest are ever dropped. */
export class Log extends Timed {
  /** Whether it lives as long as its session. */
  withSession = false;
  /** Until when it lives by itself, in milliseconds of the timeline; `Infinity`: for ever. */
  until = 0;
  readonly #onExpiry: () => void;
  readonly #items: LogItem[] = [];
  readonly #byId = new Map<string, LogItem>();
  #nextPosition = 1;

  constructor(onExpiry: () => void) {
    super();
    this.#onExpiry = onExpiry;
  }

  get size(): number {
    return this.#items.length;
  }

  get items(): readonly LogItem[] {
    return this.#items;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  append(writes: readonly LogWrite[], at: number, maxItems: number): LogItem[] {
    const appended = writes.map(({ id, value }) => {
      const there = this.#byId.get(id);
      if (there !== undefined) return handOut(there);
      const item = { id, position: this.#nextPosition++, at, value };
      this.#items.push(item);
      this.#byId.set(id, item);
      return handOut(item);
    });
    const excess = Math.max(0, this.#items.length - maxItems);
    for (const { id } of this.#items.splice(0, excess)) this.#byId.delete(id);
    return appended;
  }

  read({ limit, before, after }: LogRead): LogItem[] {
    const first = this.#nextPosition - this.#items.length;
    const from = Math.max(0, (after ?? 0) + 1 - first);
    const to = Math.max(0, Math.min(this.#items.length, (before ?? Infinity) - first));
    return this.#items.slice(Math.max(from, to - limit), to).map(handOut);
  }

  override expire(): void {
    this.#onExpiry();
  }
}

/** What an append will do to a log, or to a new one. The oldest are dropped, be it of what it adds. */
export function changeBy(
  log: Log | undefined,
  writes: readonly LogWrite[],
  maxItems: number,
): LogChange {
  const ids = new Set<string>();
  const added = writes.filter(({ id }) => {
    const isNew = log?.has(id) !== true && !ids.has(id);
    ids.add(id);
    return isNew;
  });
  const kept = log?.items ?? [];
  const excess = Math.max(0, kept.length + added.length - maxItems);
  const dropped = [...kept.slice(0, excess), ...added.slice(0, Math.max(0, excess - kept.length))];
  return { added, dropped };
}

function handOut(item: LogItem): LogItem {
  return { ...item, value: cloneJson(item.value) };
}
