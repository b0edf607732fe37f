import { openSync, readFileSync, writeSync } from "node:fs";
import { isMemoryError, type Outcome } from "@mem/core";
import type { State } from "./ledger.ts";

/** One attempt of a process, as its journal tells. */
export interface Attempt {
  readonly id: string;
  readonly kind: "save" | "delete" | "increment" | "read";
  readonly key: string;
  readonly begin: number;
  /** For an increment: the version that it was meant to follow; `null` if it was meant to be the first. */
  readonly follows?: string | null;
  readonly count?: number;
  readonly end?: number;
  readonly result?: AttemptResult;
}

export type AttemptResult =
  | { readonly done: true; readonly version?: string }
  | { readonly done: false }
  | { readonly found: State; readonly torn?: true }
  | { readonly code: string; readonly outcome: Outcome; readonly message: string };

type Line = Attempt | Pick<Attempt, "id" | "end" | "result">;

/** The machine's monotonic clock, the same in every process, in microseconds. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Writes down what a process is about to do and how it was answered; what is written survives the process. */
export class Journal {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  begin(attempt: Omit<Attempt, "begin">): void {
    this.#write({ ...attempt, begin: now() });
  }

  end(id: string, result: AttemptResult): void {
    this.#write({ id, end: now(), result });
  }

  fail(id: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (isMemoryError(error)) {
      this.end(id, { code: error.code, outcome: error.outcome, message });
    } else {
      this.end(id, { code: "none", outcome: "unknown", message });
    }
  }

  #write(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

/** Reads a journal as it grows: each call returns only what is new. */
export class JournalReader {
  readonly #path: string;
  readonly #open = new Map<string, Attempt>();
  #lines = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether any call has been answered yet. */
  hasAnswers(): boolean {
    return this.#text().includes('"result":');
  }

  /** The attempts that have ended since the last call; with `isOver`, also those that never will. */
  read(isOver: boolean): Attempt[] {
    // The last line may be incomplete, if its process was killed while writing it.
    const lines = this.#text().split("\n").slice(0, -1);
    const attempts: Attempt[] = [];
    for (const text of lines.slice(this.#lines)) {
      const line = JSON.parse(text) as Line;
      if ("begin" in line) {
        this.#open.set(line.id, line);
        continue;
      }
      const begun = this.#open.get(line.id);
      if (begun === undefined) throw new Error(`${line.id} ended in ${this.#path} and never began`);
      this.#open.delete(line.id);
      attempts.push({ ...begun, ...line });
    }
    this.#lines = lines.length;
    if (isOver) {
      attempts.push(...this.#open.values());
      this.#open.clear();
    }
    return attempts;
  }

  #text(): string {
    // The process may not have got as far as opening it.
    return readFileSync(this.#path, { encoding: "utf8", flag: "a+" });
  }
}
