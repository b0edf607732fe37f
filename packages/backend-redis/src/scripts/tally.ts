import { entries } from "./entries.ts";
import { definePlaceScripts, type PlaceScripts } from "./place-scripts.ts";

/**
 * Answers how many entries a place of the registry holds, whether its workflow is live, and, if nothing is left in
 * `own`, the score with which the registry may remove it.
 */
const body = `
sweep(own, 100)
local total, score = size(own), ''
if redis.call('EXISTS', own.names) == 0 then
  score = string.match(redis.call('GET', marker) or '', ' (%d+)$') or ''
  redis.call('UNLINK', marker)
end
if visible then total = total + size(held) end
return { clock, 'OK', total, live and 1 or 0, score }
`;

export const tally: PlaceScripts = definePlaceScripts("stats", entries, body);
