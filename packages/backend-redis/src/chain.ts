/** An item's link in a chain. */
export interface ChainLink<T> {
  item: T | undefined;
  previous: ChainLink<T> | undefined;
  next: ChainLink<T> | undefined;
}

/**
 * Items in insertion order, each of which can be removed at any time.
 *
 * A `Set` does the same, but replaces its hash table every few changes, and the old tables keep each other alive, with
 * everything that was in them, until a full garbage collection. With items that come and go all the time, that is most
 * of the collector's work.
 */
export class Chain<T> {
  #first: ChainLink<T> | undefined;
  #last: ChainLink<T> | undefined;

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  add(item: T): ChainLink<T> {
    const link: ChainLink<T> = { item, previous: this.#last, next: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
    return link;
  }

  /** Removes an item; does nothing if it has been removed before. */
  remove(link: ChainLink<T>): void {
    if (link.item === undefined) return;
    const { previous, next } = link;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    // Otherwise it would keep what comes after it alive.
    link.item = undefined;
    link.previous = undefined;
    link.next = undefined;
  }

  /** Returns the current items, oldest first. */
  toArray(): T[] {
    const items: T[] = [];
    for (let link = this.#first; link !== undefined; link = link.next) items.push(link.item as T);
    return items;
  }
}
