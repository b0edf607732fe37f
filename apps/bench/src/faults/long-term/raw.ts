import type { Fault } from "./fault.ts";
import { flips } from "./flips.ts";
import { kills } from "./kills.ts";
import { power } from "./power.ts";
import { races } from "./races.ts";

/** How often each fault strikes plain LanceDB: enough to see whether it bites. */
const STRIKES: readonly (readonly [Fault, number])[] = [
  [kills, 5],
  [power, 3],
  [races, 100],
  [flips, 100],
];

/** The same faults, in short, against LanceDB as it is mostly used: what finds nothing there would prove nothing here. */
export const rawFaults: readonly Fault[] = STRIKES.map(([fault, runs]) => ({
  ...fault,
  name: `raw ${fault.name}`,
  runs,
  strike: (strike) => fault.strike({ ...strike, subject: "raw" }),
}));
