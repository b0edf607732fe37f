import { defineLogScripts, type PlaceScripts } from "./place-scripts.ts";

/**
 * Arguments: name of the log, limit, before, after. Answers the first position and lists of the items from there on,
 * with nil for empty positions; MORE if so many are empty that the page was not filled at once.
 */
const body = `
leave(false, false)
if not log or isOver(log) then return { clock, 'OK', 0 } end
local limit, to = tonumber(ARGV[12]), math.min(log.last, tonumber(ARGV[13]) - 1)
local lowest = math.max(log.first, tonumber(ARGV[14]) + 1)

-- Quicker than to join text and number for each item; a percent sign stands twice in a format.
local format, itemField = string.format, string.gsub(log.items, '%%', '%%%%') .. '%d'
local function itemsOf(from, till)
  local fields = {}
  for position = from, till do fields[position - from + 1] = format(itemField, position) end
  return redis.call('HMGET', log.key, unpack(fields))
end

local from = math.max(lowest, to - limit + 1)
if log.holes == 0 then
  local answer = { clock, 'OK', from }
  for start = from, to, 1000 do answer[#answer + 1] = itemsOf(start, math.min(start + 999, to)) end
  return answer
end

-- Widens until the page is full, and stops where the server has looked at enough for now.
local found, count, size, enough, status = {}, 0, limit, to - limit - 10000, 'OK'
from = to + 1
while count < limit and from > lowest and status == 'OK' do
  local till = from - 1
  local start = math.max(lowest, till - math.min(size, 1000) + 1)
  local items = itemsOf(start, till)
  while count < limit and from > start do
    from = from - 1
    local item = items[from - start + 1]
    found[from] = item
    if item then count = count + 1 end
  end
  size = 2 * size
  if count < limit and from > lowest and from < enough then status = 'MORE' end
end
local page = {}
for position = from, to do page[position - from + 1] = found[position] end
return { clock, status, from, page }
`;

export const read: PlaceScripts = defineLogScripts("read", body);
