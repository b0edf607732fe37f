import type { Subject } from "../lab/fault.ts";
import type { LabTrail } from "./lab-records.ts";

export type Action = "append" | "appendMany" | "erase" | "rotate" | "reopen";

/** The task of a process that writes records. */
export interface WriterTask extends LabTrail {
  readonly subject: Subject;
  readonly journal: string;
  /** Unique among all processes ever started in a lab. */
  readonly name: string;
  readonly seed: number;
  /** The number of actions in progress at a time. */
  readonly lanes: number;
  /** The actions to choose from, with their relative frequencies. */
  readonly mix: Readonly<Partial<Record<Action, number>>>;
  /** The number of actions after which it rests; absent: never. */
  readonly actions?: number;
}

export type Order = "go" | "rest" | "end";

export type Answer = { readonly is: "resting" };
