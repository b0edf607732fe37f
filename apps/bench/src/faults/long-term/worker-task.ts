import type { Subject } from "../lab/fault.ts";

export type Action = "save" | "saveMany" | "delete" | "increment" | "read" | "flush";

/** The task of a process of the lab. */
export interface WorkerTask {
  readonly subject: Subject;
  readonly uri: string;
  readonly journal: string;
  /** Unique among all processes ever started in a lab. */
  readonly name: string;
  readonly seed: number;
  /** The number of actions in progress at a time. */
  readonly lanes: number;
  /** The actions to choose from, with their relative frequencies. */
  readonly mix: Readonly<Partial<Record<Action, number>>>;
  readonly keys: readonly string[];
  /** Keys that are only ever incremented, by compare-and-set. */
  readonly counters: readonly string[];
  /** The number of actions after which it rests; absent: never. */
  readonly actions?: number;
}

/** An order to a process of the lab. `rest` is answered with "resting" when nothing is in progress any more. */
export type Order = "go" | "rest" | "report" | "end";

export type Answer =
  | { readonly is: "resting" }
  | { readonly is: "report"; readonly state: string }
  | { readonly is: "failing"; readonly message: string };
