import { openSync, readFileSync, writeSync } from "node:fs";
import { isMemoryError, type Outcome } from "@mem/core";

/** A message as a reader saw it: its position, its id, its text. */
export type Read = readonly [position: number, message: string, text: string];

/** An entry as a reader saw it: its place, its key, its value. */
export type Found = readonly [place: string, key: string, value: string];

/** A call of a member of a session. */
export type Call =
  | { readonly kind: "join"; readonly workflowId: string; readonly isRecorded: boolean }
  | { readonly kind: "say"; readonly message: string }
  | { readonly kind: "edit"; readonly message: string; readonly edits: number }
  | { readonly kind: "remove"; readonly message: string }
  | { readonly kind: "history"; readonly limit?: number }
  | {
      readonly kind: "save";
      readonly place: string;
      readonly key: string;
      readonly value: string;
      readonly ttlMs?: number;
      readonly claim?: { readonly step: string; readonly token: number };
    }
  | { readonly kind: "drop"; readonly place: string; readonly key: string }
  | { readonly kind: "entries" }
  | { readonly kind: "claim"; readonly step: string; readonly ttlMs: number }
  | {
      readonly kind: "renew";
      readonly step: string;
      readonly token: number;
      readonly ttlMs: number;
    }
  | { readonly kind: "finish" | "free"; readonly step: string; readonly token: number }
  | { readonly kind: "watch"; readonly key: string }
  | { readonly kind: "record" | "summary" | "end" | "leave" | "abort" }
  /** Asks the backend which lifetimes are over: of each, only one of all processes is told. */
  | { readonly kind: "clean"; readonly by: "end" | "sweep" | "start" };

/** The answer to a call; each kind of call has its own. */
export interface Result {
  readonly epoch?: string;
  readonly created?: boolean;
  readonly position?: number;
  readonly token?: number;
  readonly read?: readonly Read[];
  readonly found?: readonly Found[];
  /** The last state that a watcher saw. */
  readonly seen?: string | null;
  /** The lifetimes that the caller was told are over. */
  readonly over?: readonly string[];
}

export interface Refusal {
  readonly code: string;
  readonly outcome: Outcome;
  readonly message: string;
}

/** One call of a process. Times are in milliseconds of the machine's monotonic clock, the same in every process. */
export type Attempt = Call & {
  readonly id: number;
  readonly who: string;
  /** The lifetime that it belongs to. */
  readonly epoch?: string;
  readonly begin: number;
  /** Absent if it was never answered. */
  readonly end?: number;
  readonly result?: Result;
  readonly refusal?: Refusal;
};

type Line = Attempt | Pick<Attempt, "id" | "end" | "result" | "refusal">;

export function now(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

export function describe(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  if (isMemoryError(error)) return { code: error.code, outcome: error.outcome, message };
  return { code: "none", outcome: "unknown", message };
}

/** Writes down what a process is about to do and how it was answered; what is written survives the process. */
export class Journal {
  readonly #file: number;
  readonly #who: string;
  #next = 0;

  constructor(path: string, who: string) {
    this.#file = openSync(path, "a");
    this.#who = who;
  }

  /** Makes a call and writes it down. Resolves with its value; rejects with its error. */
  async tell<T>(
    call: Call,
    epoch: string | undefined,
    run: () => Promise<T>,
    result: (value: T) => Result,
  ): Promise<T> {
    const id = this.#next++;
    const begun = { ...call, id, who: this.#who, ...(epoch !== undefined && { epoch }) };
    this.#write({ ...begun, begin: now() });
    try {
      const value = await run();
      this.#write({ id, end: now(), result: result(value) });
      return value;
    } catch (error) {
      this.#write({ id, end: now(), refusal: describe(error) });
      throw error;
    }
  }

  #write(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

/** The calls that a process has written down so far. */
export function readJournal(path: string): Attempt[] {
  const attempts = new Map<number, Attempt>();
  // The process may not have got as far as opening it, and its last line may be incomplete.
  const lines = readFileSync(path, { encoding: "utf8", flag: "a+" }).split("\n").slice(0, -1);
  for (const text of lines) {
    const line = JSON.parse(text) as Line;
    const begun = attempts.get(line.id);
    attempts.set(line.id, begun === undefined ? (line as Attempt) : { ...begun, ...line });
  }
  return [...attempts.values()];
}
