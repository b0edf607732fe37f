import { entries } from "./entries.ts";
import { defineClockScript, defineWorkflowScript, type PlaceScripts } from "./place-scripts.ts";

/** The scope has its slot to itself, so its live entries are one range of the index. */
const ofAgent = `
return { clock, 'OK', redis.call('ZCOUNT', base .. 'x', string.format('(%.0f', now), '+inf') }
`;

/** Scopes share the index, so expired entries are removed from it first: each once in its life. */
const ofWorkflow = `
if sweep(own, 1000) == 1000 or (visible and sweep(held, 1000) == 1000) then return { clock, 'MORE' } end
local total = redis.call('ZLEXCOUNT', own.names, low, high)
if visible then total = total + redis.call('ZLEXCOUNT', held.names, low, high) end
leave(false, false)
return { clock, 'OK', total }
`;

export const count: PlaceScripts = {
  agent: defineClockScript("count", ofAgent),
  workflow: defineWorkflowScript("count", entries, ofWorkflow),
};
