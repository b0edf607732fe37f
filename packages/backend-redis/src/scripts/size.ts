import { entries } from "./entries.ts";
import { logUpkeep } from "./log-upkeep.ts";
import { logs, logWrites } from "./logs.ts";
import { defineWorkflowScript } from "./place-scripts.ts";
import type { Script } from "./script.ts";

/** Answers how many entries and log items a live workflow has, and about how many bytes; NONE if it is not live. */
const body = `
leave(false, false)
if not live then return { clock, 'NONE' } end
local bytes = 0
for _, key in ipairs({ state, hash, held.names, held.expiries }) do
  -- What is sampled in a log are items and short names of them by turns: as few as by default may be all of one kind.
  bytes = bytes + (redis.call('MEMORY', 'USAGE', key, 'SAMPLES', 256) or 0)
end
return { clock, 'OK', size(held), lengthOf(heldLogs()), bytes }
`;

export const workflowSize: Script = defineWorkflowScript(
  "workflowSize",
  entries,
  logs,
  logWrites,
  logUpkeep,
  body,
);
