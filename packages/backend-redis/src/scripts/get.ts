import { homes } from "./entries.ts";
import { definePlaceScripts, type PlaceScripts } from "./place-scripts.ts";

/**
 * Arguments: number of calls, then the keys. Answers when the workflow's lifetime expires, then the envelope of each
 * entry; the reader decides whether that has expired.
 */
const body = `
local members, found = {}, {}
for i = 12, #ARGV do members[i - 11] = prefix .. ARGV[i] end
if visible then found = held.read(keysOf(held, members)) end
if not live then
  local others = own.read(keysOf(own, members))
  for i = 1, #members do found[i] = found[i] or others[i] end
end
leave(false, false, ARGV[11])
return { clock, 'OK', text(dies), found }
`;

export const get: PlaceScripts = definePlaceScripts("get", homes, body);
