import type { Fault } from "../lab/fault.ts";
import type { FaultSuite } from "../lab/lab.ts";
import { alone } from "./alone.ts";
import { cuts, kills, losses, pauses, signals } from "./shared.ts";

/** How often each fault strikes handmade sessions: enough to see whether it finds anything. */
const STRIKES: readonly (readonly [Fault, number])[] = [
  [kills, 5],
  [pauses, 5],
  [cuts, 5],
  [losses, 3],
];

export const sessionFaults: FaultSuite = {
  name: "sessions",
  faults: [kills, signals, pauses, cuts, losses, alone],
  rawFaults: STRIKES.map(([fault, runs]) => ({
    ...fault,
    name: `raw ${fault.name}`,
    runs,
    strike: (strike) => fault.strike({ ...strike, subject: "raw" }),
  })),
};
