import type { Finding } from "./finding.ts";

/** What a fault strikes: this project's code, or what most people use instead. */
export type Subject = "mem" | "raw";

/** The arguments of a strike. */
export interface Strike {
  readonly subject: Subject;
  readonly runs: number;
  readonly random: () => number;
  /** A temporary folder, which is removed when the fault is done. */
  readonly folder: string;
  readonly onRun?: (run: number) => void;
}

export interface FaultReport {
  /** What was done, in numbers, such as strikes and acknowledged calls. */
  readonly did: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

export interface Fault {
  readonly name: string;
  readonly about: string;
  readonly runs: number;
  readonly secondsPerRun: number;
  /** Why the fault can't run here; `undefined` if it can. */
  unavailable?(): string | undefined;
  /** What to tell the user before it begins. */
  remark?(): string | undefined;
  strike(strike: Strike): Promise<FaultReport>;
}
