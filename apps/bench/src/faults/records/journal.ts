import { openSync, readFileSync, writeSync } from "node:fs";
import { isMemoryError, type Outcome } from "@mem/core";

/** A line of the journal of a process that writes records. */
export type JournalLine =
  | { readonly is: "stored"; readonly ids: readonly string[] }
  /** Everything about this person has been stored; from now on, some of it may be gone. */
  | { readonly is: "erasing"; readonly subject: string }
  | { readonly is: "erased"; readonly subject: string; readonly ids: readonly string[] }
  | {
      readonly is: "refused";
      readonly what: string;
      readonly ids: readonly string[];
      readonly code: string;
      readonly outcome: Outcome;
      readonly message: string;
    };

/** A journal whose lines survive the process. */
export class Journal {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  write(line: JournalLine): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  refuse(what: string, ids: readonly string[], error: unknown): void {
    this.write({ is: "refused", what, ids, ...describe(error) });
  }
}

export function describe(error: unknown): { code: string; outcome: Outcome; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (isMemoryError(error)) return { code: error.code, outcome: error.outcome, message };
  return { code: "none", outcome: "unknown", message };
}

/** Reads a journal as it grows: each call returns only what is new. */
export class JournalReader {
  readonly #path: string;
  #lines = 0;

  constructor(path: string) {
    this.#path = path;
  }

  hasStored(): boolean {
    return this.#text().includes('"is":"stored"');
  }

  read(): JournalLine[] {
    // The last line may be incomplete, if its process was killed while writing it.
    const lines = this.#text().split("\n").slice(0, -1);
    const fresh = lines.slice(this.#lines).map((line) => JSON.parse(line) as JournalLine);
    this.#lines = lines.length;
    return fresh;
  }

  #text(): string {
    // The process may not have got as far as opening it.
    return readFileSync(this.#path, { encoding: "utf8", flag: "a+" });
  }
}
