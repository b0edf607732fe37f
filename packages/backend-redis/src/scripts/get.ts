import { entries } from "./entries.ts";
import { definePlaceScripts, type PlaceScripts } from "./place-scripts.ts";

/**
 * Arguments: how many calls ask, then the keys. Answers when the workflow's lifetime expires, then the envelope of each;
 * whether its own time is over is for the reader to see.
 */
const body = `
local members, found = {}, {}
for i = 11, #ARGV do members[i - 10] = prefix .. ARGV[i] end
if visible then found = held.read(keysOf(held, members)) end
if not live then
  local others = own.read(keysOf(own, members))
  for i = 1, #members do found[i] = found[i] or others[i] end
end
leave(false, false, ARGV[10])
return { clock, 'OK', text(dies), found }
`;

export const get: PlaceScripts = definePlaceScripts("get", entries, body);
