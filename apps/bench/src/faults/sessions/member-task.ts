import type { JoinOptions, LabMemory } from "./lab-sessions.ts";

/** Part of the names of sessions whose conversation is kept. */
export const KEPT = "-kept";

/** The task of a process that is a member of sessions. */
export interface MemberTask extends LabMemory {
  readonly journal: string;
  /** Unique among all processes ever started in a lab. */
  readonly name: string;
  readonly seed: number;
  /** The number of actions in progress at a time. */
  readonly lanes: number;
}

export type Order =
  | {
      readonly do: "play";
      readonly workflows: readonly string[];
      /** With `"never"`, it joins as soon as the name is free. */
      readonly join: JoinOptions["join"];
      /** Sessions whose name ends with this are recorded. */
      readonly recorded: string;
    }
  /** Lets calls in progress finish. */
  | {
      readonly do: "rest";
      /** Whether watchers go on until they must have seen the last state. */
      readonly lingers: boolean;
    }
  /** Reads everything. */
  | { readonly do: "audit" }
  /** What becomes of each session, in the order in which they were joined; also while it is used. */
  | { readonly do: "part"; readonly how: readonly Parting[] }
  | { readonly do: "stats" }
  /** Writes a snapshot of its heap. */
  | { readonly do: "heap"; readonly file: string }
  | { readonly do: "end" };

/**
 * `end` ends a session for all; `leave`, and `abort` by the session's signal, end those that the process created;
 * `drop` means that it simply does nothing more.
 */
export type Parting = "end" | "leave" | "abort" | "drop";

export type Answer =
  /** The number of sessions that it has joined. */
  | { readonly is: "playing"; readonly joined: number }
  | { readonly is: "resting" }
  | { readonly is: "audited" }
  | { readonly is: "parted" }
  | { readonly is: "written" }
  | { readonly is: "counted"; readonly entries: number; readonly sessions: number };
