import type { Fault } from "../lab/fault.ts";
import type { FaultSuite } from "../lab/lab.ts";
import { edits } from "./edits.ts";
import { full } from "./full.ts";
import { kills } from "./kills.ts";
import { meddling } from "./meddling.ts";
import { names } from "./names.ts";
import { pauses } from "./pauses.ts";
import { power } from "./power.ts";

/** How often each fault strikes lines that are simply appended: enough to see whether it finds anything. */
const STRIKES: readonly (readonly [Fault, number])[] = [
  [power, 2],
  [full, 10],
  [names, 200],
];

export const recordFaults: FaultSuite = {
  name: "records",
  faults: [kills, pauses, power, full, edits, names, meddling],
  rawFaults: STRIKES.map(([fault, runs]) => ({
    ...fault,
    name: `raw ${fault.name}`,
    runs,
    strike: (strike) => fault.strike({ ...strike, subject: "raw" }),
  })),
};
