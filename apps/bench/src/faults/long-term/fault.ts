import type { Finding } from "./finding.ts";
import type { Subject } from "./lab-store.ts";

/** What a fault is given to strike with. */
export interface Strike {
  readonly subject: Subject;
  readonly runs: number;
  readonly random: () => number;
  /** A folder of the lab's own, which goes when the fault is through. */
  readonly folder: string;
  readonly onRun?: (run: number) => void;
}

export interface FaultReport {
  /** What was done, in numbers: how often it struck, what was acknowledged. */
  readonly did: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

export interface Fault {
  readonly name: string;
  readonly about: string;
  readonly runs: number;
  readonly secondsPerRun: number;
  /** Why it can't be had here; `undefined`: it can. */
  unavailable?(): string | undefined;
  /** What should be known before it begins. */
  remark?(): string | undefined;
  strike(strike: Strike): Promise<FaultReport>;
}
