import { MemoryError, type LogEdit, type LogItem, type LogRead, type LogWrite } from "@mem/core";
import { handOut, type KeptItem, type LogContent } from "./log-item.ts";
import { ownString } from "./own-string.ts";
import { Timed } from "./timing-wheel.ts";

/** A stored log. Its items are in the order of their positions, which have gaps where items were removed. */
export class Log extends Timed {
  /** Whether it lives as long as its session. */
  withSession = false;
  /** Until when it lives by itself, in milliseconds of the timeline; `Infinity`: forever. */
  until = 0;
  readonly #onExpiry: () => void;
  readonly #items: KeptItem[] = [];
  readonly #byId = new Map<string, KeptItem>();
  /** Absent until an item has ties. */
  #byTie: Map<string, Set<KeptItem>> | undefined;
  #nextPosition = 1;

  constructor(onExpiry: () => void) {
    super();
    this.#onExpiry = onExpiry;
  }

  get size(): number {
    return this.#items.length;
  }

  get items(): readonly KeptItem[] {
    return this.#items;
  }

  get hasTies(): boolean {
    return this.#byTie !== undefined && this.#byTie.size > 0;
  }

  item(id: string): KeptItem | undefined {
    return this.#byId.get(id);
  }

  tiedBy(tie: string): Iterable<KeptItem> | undefined {
    return this.#byTie?.get(tie);
  }

  append(writes: readonly LogWrite[], now: number, dropped: readonly LogContent[]): LogItem[] {
    const appended = writes.map((write) =>
      handOut(this.#byId.get(write.id) ?? this.#add(write, now)),
    );
    if (dropped.length > 0) this.#drop(dropped);
    return appended;
  }

  read({ limit, before = Infinity, after = 0 }: LogRead): LogItem[] {
    const from = this.#indexOf(after + 1);
    const to = this.#indexOf(before);
    return this.#items.slice(Math.max(from, to - limit), Math.max(from, to)).map(handOut);
  }

  find(id: string): LogItem | undefined {
    const item = this.#byId.get(id);
    return item && handOut(item);
  }

  /** Throws if the item's number of edits is not the required one. */
  edit({ id, value, ifEdits }: LogEdit): LogItem | undefined {
    const item = this.#byId.get(id);
    if (item === undefined) return undefined;
    if (ifEdits !== undefined && ifEdits !== item.edits) {
      throw new MemoryError("MEM_CONFLICT", "the item was edited since; read it again");
    }
    if (value === undefined) {
      this.#drop([item]);
    } else {
      item.value = value;
      item.edits++;
    }
    return handOut(item);
  }

  override expire(): void {
    this.#onExpiry();
  }

  #add({ id: givenId, value, ties, at }: LogWrite, now: number): KeptItem {
    const id = ownString(givenId);
    const item = { id, position: this.#nextPosition++, at: at ?? now, value, edits: 0, ties };
    this.#items.push(item);
    this.#byId.set(id, item);
    for (const tie of ties ?? []) {
      this.#byTie ??= new Map();
      const tied = this.#byTie.get(tie);
      if (tied === undefined) this.#byTie.set(tie, new Set([item]));
      else tied.add(item);
    }
    return item;
  }

  #drop(dropped: readonly LogContent[]): void {
    const gone = new Set<KeptItem>();
    for (const { id } of dropped) {
      const item = this.#byId.get(id) as KeptItem;
      gone.add(item);
      this.#byId.delete(id);
      for (const tie of item.ties ?? []) this.#untie(tie, item);
    }
    if (gone.size === 1) {
      const [{ position }] = gone as Set<KeptItem> & [KeptItem];
      return void this.#items.splice(this.#indexOf(position), 1);
    }
    // Most go from the front: what stays among them moves up, and the rest is not touched.
    let end = 0;
    for (let left = gone.size; left > 0; end++) if (gone.has(this.#items[end] as KeptItem)) left--;
    let to = end;
    for (let i = end - 1; i >= 0; i--) {
      const item = this.#items[i] as KeptItem;
      if (!gone.has(item)) this.#items[--to] = item;
    }
    this.#items.splice(0, to);
  }

  #untie(tie: string, item: KeptItem): void {
    const tied = this.#byTie?.get(tie);
    tied?.delete(item);
    if (tied?.size === 0) this.#byTie?.delete(tie);
  }

  /** The index of the item at this position, or of the next one: a binary search, because there are gaps. */
  #indexOf(position: number): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#items[middle] as KeptItem).position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
