/** A place in a chain. */
export interface ChainLink<T> {
  item: T | undefined;
  previous: ChainLink<T> | undefined;
  next: ChainLink<T> | undefined;
}

/**
 * Things in the order in which they were added, each of which can be taken out at any time.
 *
 * A `Set` does the same, but goes through a table every few changes, and those it has left keep each other alive, with
 * all that was in them, until the whole heap is collected: where things come and go all the time, that is most of the
 * work of the collector.
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

  /** Takes out what was added; does nothing where that has been done before. */
  remove(link: ChainLink<T>): void {
    if (link.item === undefined) return;
    const { previous, next } = link;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    // Or it would keep alive what comes after it.
    link.item = undefined;
    link.previous = undefined;
    link.next = undefined;
  }

  /** All that is there now. */
  toArray(): T[] {
    const items: T[] = [];
    for (let link = this.#first; link !== undefined; link = link.next) items.push(link.item as T);
    return items;
  }
}
