import type { FaultSuite } from "../lab/lab.ts";
import { flips } from "./flips.ts";
import { full } from "./full.ts";
import { kills } from "./kills.ts";
import { power } from "./power.ts";
import { races } from "./races.ts";
import { rawFaults } from "./raw.ts";

export const longTermFaults: FaultSuite = {
  name: "long-term",
  faults: [kills, power, races, full, flips],
  rawFaults,
};
