import { compareCodePoints } from "@mem/core";
import type { Head, RecordSource } from "./record-source.ts";

/**
 * A heap of the sources that still have a record, with the one whose head comes next on top. Each source keeps its own
 * order; between sources, the order is by time, then by id.
 */
export class RecordMerge {
  readonly #sign: 1 | -1;
  readonly #heap: RecordSource[] = [];

  private constructor(order: "newest" | "oldest") {
    this.#sign = order === "oldest" ? 1 : -1;
  }

  static async open(
    order: "newest" | "oldest",
    sources: readonly RecordSource[],
  ): Promise<RecordMerge> {
    const merge = new RecordMerge(order);
    await Promise.all(sources.map((source) => source.advance()));
    merge.#heap.push(...sources.filter(({ head }) => head !== undefined));
    for (let i = (merge.#heap.length >> 1) - 1; i >= 0; i--) merge.#sink(i);
    return merge;
  }

  /** The next record; undefined if all sources are at their end. */
  get head(): Head | undefined {
    return this.#heap[0]?.head;
  }

  /** Removes the head. */
  async advance(): Promise<void> {
    const top = this.#heap[0];
    await top?.advance();
    if (top?.head === undefined) {
      const last = this.#heap.pop();
      if (last === undefined || this.#heap.length === 0) return;
      this.#heap[0] = last;
    }
    this.#sink(0);
  }

  /** Removes the head, and finds out only whether there may be more. */
  async leave(): Promise<boolean> {
    const mayGoOn = await this.#heap[0]?.leave();
    return mayGoOn === true || this.#heap.length > 1;
  }

  #sink(index: number): void {
    const heap = this.#heap;
    const source = heap[index] as RecordSource;
    for (let i = index; ;) {
      let child = 2 * i + 1;
      const right = heap[child + 1];
      if (right !== undefined && this.#isBefore(right, heap[child] as RecordSource)) child += 1;
      const next = heap[child];
      if (next === undefined || !this.#isBefore(next, source)) {
        heap[i] = source;
        return;
      }
      heap[i] = next;
      i = child;
    }
  }

  #isBefore(a: RecordSource, b: RecordSource): boolean {
    return this.#sign * compareHeads(a, b) < 0;
  }
}

function compareHeads(a: RecordSource, b: RecordSource): number {
  if (a.head === undefined || b.head === undefined) return 0;
  return (
    a.head.time - b.head.time ||
    compareCodePoints(a.head.record.id, b.head.record.id) ||
    compareCodePoints(a.name, b.name)
  );
}
