import { entries } from "./entries.ts";
import { definePlaceScripts, type PlaceScripts } from "./place-scripts.ts";

/**
 * Arguments: the keys. Answers when the workflow's lifetime expires, then the envelope of each; whether its own time
 * is over is for the reader to see.
 */
const body = `
local found = {}
for i = 10, #ARGV do
  local member = prefix .. ARGV[i]
  found[#found + 1] = visible and held.get(member) or (not live and own.get(member))
end
leave(false, false)
return { clock, 'OK', text(dies), found }
`;

export const get: PlaceScripts = definePlaceScripts("get", entries, body);
