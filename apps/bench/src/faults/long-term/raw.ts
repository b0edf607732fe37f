import type { Fault } from "../lab/fault.ts";
import { flips } from "./flips.ts";
import { kills } from "./kills.ts";
import { power } from "./power.ts";
import { races } from "./races.ts";

/** How often each fault strikes plain LanceDB: enough to see whether it finds anything. */
const STRIKES: readonly (readonly [Fault, number])[] = [
  [kills, 5],
  [power, 3],
  [races, 100],
  [flips, 100],
];

/**
 * Short versions of the same faults against LanceDB as most people use it: if they find nothing there, they prove
 * nothing here.
 */
export const rawFaults: readonly Fault[] = STRIKES.map(([fault, runs]) => ({
  ...fault,
  name: `raw ${fault.name}`,
  runs,
  strike: (strike) => fault.strike({ ...strike, subject: "raw" }),
}));
