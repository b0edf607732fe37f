import { LineScanner } from "@mem/append-log";
import { IndexBuilder, type Coverage, type IndexBuilderOptions } from "./index-builder.ts";

/** Builds the index of an earlier segment from its bytes as they stream by. */
export class IndexDraft {
  readonly #scanner: LineScanner;
  readonly #builder: IndexBuilder;
  /** No line so far was after the end of what counts. */
  #isInside = true;

  constructor(options: IndexBuilderOptions) {
    this.#scanner = new LineScanner(0, options.maxLineBytes);
    this.#builder = new IndexBuilder(options);
  }

  /** Adds the next bytes of the segment, from its beginning on. Keeps no view of them. */
  add(chunk: Buffer): void {
    if (!this.#isInside) return;
    for (const line of this.#scanner.push(chunk)) this.#isInside &&= this.#builder.add(line);
  }

  /** Call it once, after the last byte. */
  coverage(): Coverage {
    const rest = this.#scanner.remainder();
    if (this.#isInside && rest !== undefined) this.#builder.add(rest);
    return this.#builder.finish();
  }
}
