import type { Subject } from "./lab-store.ts";

export type Action = "save" | "saveMany" | "delete" | "increment" | "read" | "flush";

/** What a process of the lab is to do. */
export interface WorkerTask {
  readonly subject: Subject;
  readonly uri: string;
  readonly journal: string;
  /** Different for every process ever started in a lab. */
  readonly name: string;
  readonly seed: number;
  /** How many things it does at a time. */
  readonly lanes: number;
  /** What it does how often, beside each other. */
  readonly mix: Readonly<Partial<Record<Action, number>>>;
  readonly keys: readonly string[];
  /** Keys that are only ever counted up, by compare-and-set. */
  readonly counters: readonly string[];
  /** After how many actions it rests; absent: never. */
  readonly actions?: number;
}

/** What a process of the lab is told. `rest` is answered with "resting" when nothing is under way any more. */
export type Order = "go" | "rest" | "report" | "end";

export type Answer =
  | { readonly is: "resting" }
  | { readonly is: "report"; readonly state: string }
  | { readonly is: "failing"; readonly message: string };
