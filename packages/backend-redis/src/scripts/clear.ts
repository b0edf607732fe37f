import { entries } from "./entries.ts";
import { definePlaceScripts, type PlaceScripts } from "./place-scripts.ts";

/**
 * Answers how many entries it removed, and MORE if it stopped at the most that it removes at once: a million would
 * block the server for seconds.
 */
const body = `
local removed, left = 0, 5000
local function removeAll(home)
  -- What has expired is gone already, and not counted.
  while left > 0 do
    local swept = sweep(home, 1000)
    left = left - swept
    if swept < 1000 then break end
  end
  while left > 0 do
    local members = redis.call('ZRANGEBYLEX', home.names, low, high, 'LIMIT', 0, 1000)
    if #members > 0 then removed = removed + drop(home, members) end
    left = left - #members
    if #members < 1000 then return end
  end
end

removeAll(own)
if visible then removeAll(held) end
fitIndex()
if removed > 0 then tell() end
if left <= 0 then return { clock, 'MORE', removed } end
leave(false, false)
return { clock, 'OK', removed }
`;

export const clear: PlaceScripts = definePlaceScripts("clear", entries, body);
