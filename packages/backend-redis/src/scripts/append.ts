import { entries } from "./entries.ts";
import { logs } from "./logs.ts";
import { definePlaceScripts, type PlaceScripts } from "./place-scripts.ts";

/** Arguments: name of the log, ttl, maxItems, then id and value of each item. Answers position and item of each. */
const body = `
local name, ttl, maxItems = ARGV[10], ARGV[11], tonumber(ARGV[12])
if ttl == 'session' and not live then return { clock, 'ENDED' } end
local log = locate(name)
if log and isOver(log) then
  erase(log)
  log = nil
end
local answer, fresh = { clock, 'OK' }, false
if log or #ARGV > 12 then
  if not log then
    log = live and heldLog(name) or ownLog(name)
  elseif log.isHeld and not live then
    -- What the ended lifetime has left keeps the end it has.
    log = moveLog(log, ownLog(name), log.expires or dies)
  end
  for i = 13, #ARGV, 2 do
    local id = ARGV[i]
    local position = redis.call('HGET', log.key, idField(log, id))
    local item
    if position then
      item = redis.call('HGET', log.key, itemField(log, position))
    else
      position, item = log.last + 1, '[1,' .. text(now) .. ',"' .. id .. '",' .. ARGV[i + 1] .. ']'
      putItem(log, position, id, item)
      log.last, fresh = position, true
    end
    answer[#answer + 1] = tonumber(position)
    answer[#answer + 1] = item
  end
  while length(log) > maxItems do dropOldest(log) end
  keep(log, prolonged(log, ttl))
end
leave(not fresh, true)
return answer
`;

export const append: PlaceScripts = definePlaceScripts("append", entries, logs, body);
