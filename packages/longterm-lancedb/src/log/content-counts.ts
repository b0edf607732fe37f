import { contentHash, type LongTermWrite } from "@mem/core";
import type { UnflushedEntry } from "./changed-entry.ts";

const contents = new WeakMap<LongTermWrite, string>();

/** The `contentHash` of a write, computed once, however often the write is judged. */
export function contentOf(write: LongTermWrite): string {
  let content = contents.get(write);
  if (content === undefined) {
    content = contentHash(write.value, write.text);
    contents.set(write, content);
  }
  return content;
}

/** How many entries of a scope have each content. Built at the first question and kept up to date from then on. */
export class ContentCounts {
  readonly #counts = new Map<string, number>();

  constructor(entries: Iterable<UnflushedEntry | undefined>) {
    for (const entry of entries) this.replace(undefined, entry);
  }

  has(content: string): boolean {
    return this.#counts.has(content);
  }

  /** `undefined`: there was no entry before, or there is none after. */
  replace(before: UnflushedEntry | undefined, after: UnflushedEntry | undefined): void {
    if (before !== undefined) this.#count(contentOf(before.write), -1);
    if (after !== undefined) this.#count(contentOf(after.write), 1);
  }

  #count(content: string, by: number): void {
    const count = (this.#counts.get(content) ?? 0) + by;
    if (count > 0) this.#counts.set(content, count);
    else this.#counts.delete(content);
  }
}
