import { entries } from "./entries.ts";
import { definePlaceScripts, type PlaceScripts } from "./place-scripts.ts";

/**
 * Arguments: number of calls, then key and ifVersion of each removal. Answers 1 for each that was there and is gone.
 */
const body = `
local found = {}
for i = 12, #ARGV, 2 do found[#found + 1] = find(prefix .. ARGV[i]) or false end
local answer, refit, gone = { clock, 'OK' }, false, {}
for i, current in ipairs(found) do
  local member, expected = prefix .. ARGV[2 * i + 10], ARGV[2 * i + 11]
  local matches = current and not gone[member] and (expected == '' or '=' .. current.version == expected)
  if matches then
    drop(current.home, { member })
    gone[member] = true
    refit = refit or (current.home == own and current.expires == FOREVER)
  end
  answer[#answer + 1] = matches and 1 or 0
end
if refit then fitIndex() end
if next(gone) then tell() end
leave(false, false, ARGV[11])
return answer
`;

export const deleteEntries: PlaceScripts = definePlaceScripts("delete", entries, body);
