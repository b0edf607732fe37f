import { logUpkeep } from "./log-upkeep.ts";
import { logWrites } from "./logs.ts";
import { defineLogScripts, type PlaceScripts } from "./place-scripts.ts";

/**
 * Arguments: name of the log, ttl, maxItems, then id, terms and value of each item. Terms are empty, or the item's time
 * (empty: now), a blank, and its ties. Answers the position of each item, and its time if it is new, else the stored
 * item.
 */
const body = `
local function upkeep()
${logUpkeep}
return trim, erase, moveLog
end

local name, ttl, maxItems = ARGV[11], ARGV[12], tonumber(ARGV[13])
if ttl == 'session' and not live then return { clock, 'ENDED' } end
if log and isOver(log) then
  local _, erase = upkeep()
  erase(log)
  log = nil
end
local answer, isRepeated, made = { clock, 'OK' }, true, false
if log or #ARGV > 13 then
  if not log then
    log = live and heldLog(name) or ownLog(name)
  elseif log.isHeld and not live then
    -- What the ended lifetime has left keeps the end it has.
    local _, _, moveLog = upkeep()
    log = moveLog(log, ownLog(name), log.expires or dies)
  end
  made = length(log) == 0
  local known = log.last
  for i = 14, #ARGV, 3 do
    local id, terms, at, ties = ARGV[i], ARGV[i + 1], '', ''
    local position = redis.call('HGET', log.key, log.ids .. id)
    local shown
    if position then
      shown = redis.call('HGET', log.key, log.items .. position)
    else
      if terms ~= '' then at, ties = string.match(terms, '^(%d*) (.*)$') end
      shown = at ~= '' and at or text(now)
      position = log.last + 1
      putItem(log, position, id, ties, '[2,' .. shown .. ',"' .. id .. '",0,[' .. ties .. '],' .. ARGV[i + 2] .. ']')
      log.last = position
    end
    answer[#answer + 1] = tonumber(position)
    answer[#answer + 1] = shown
  end
  -- What is too much is mostly the oldest alone, with nothing tied to it and no hole behind it.
  while length(log) > maxItems and log.holes == 0 do
    local oldest = log.items .. log.first
    local id = string.match(redis.call('HGET', log.key, oldest), '^%[2,%d+,"([^"]*)",%d+,%[%],')
    if not id then break end
    redis.call('HDEL', log.key, oldest, log.ids .. id)
    log.first = log.first + 1
  end
  if length(log) > maxItems then upkeep()(log, maxItems, known) end
  isRepeated = log.last == known

  -- A log never ends earlier than it would have without this append.
  if ttl == 'null' or log.expires == FOREVER then log.expires = FOREVER
  else
    local least = math.max(log.expires or log.least or 0, ttl == 'session' and 0 or now + ttl)
    local isTied = ttl == 'session' or (log.isOld and log.expires == nil)
    if isTied then log.least, log.expires = least > 0 and least or nil, nil else log.expires = least end
  end
  if log.isHeld then becomes[1], becomes[2] = log.meta, boundsOf(log) else keep(log) end
end
leave(isRepeated, made)
return answer
`;

export const append: PlaceScripts = defineLogScripts("append", logWrites, body);
