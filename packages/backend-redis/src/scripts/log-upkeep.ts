/**
 * Operations on whole logs and on stored items; comes after `logWrites`. Most appends need none of them, and a script
 * pays for every function that it defines.
 */
export const logUpkeep = `
local function itemAt(log, position) return redis.call('HGET', log.key, log.items .. position) end

-- What an item is found by: its id and its ties, each between quotes.
local function namesOf(item)
  local id, ties = string.match(item, '^%[2,%d+,"([^"]*)",%d+,%[([^%]]*)%],')
  if not id then id, ties = string.match(item, '^%[1,%d+,"([^"]*)",'), '' end
  if not id then unreadable(item) end
  return id, ties
end

local function untie(log, position, ties)
  for tie in eachTie(ties) do
    local field = log.ties .. tie
    local others = string.gsub(redis.call('HGET', log.key, field) .. ' ', ' ' .. position .. ' ', ' ', 1)
    others = string.gsub(others, ' $', '')
    if others == '' then redis.call('HDEL', log.key, field) else redis.call('HSET', log.key, field, others) end
  end
end

-- The first position is never an empty one.
local function takeOut(log, position, id)
  redis.call('HDEL', log.key, log.items .. position, log.ids .. id)
  if position > log.first then
    log.holes = log.holes + 1
    return
  end
  log.first = log.first + 1
  while log.holes > 0 and redis.call('HEXISTS', log.key, log.items .. log.first) == 0 do
    log.first, log.holes = log.first + 1, log.holes - 1
  end
end

-- These, those that have a tie in common with one of them, those that have one in common with these, and so on; and
-- the ties. Each has its position, id and ties.
local function tiedTo(log, all)
  local known, seen = {}, {}
  for _, one in ipairs(all) do known[one.position] = true end
  local at = 1
  while all[at] do
    for tie in eachTie(all[at].ties) do
      if not seen[tie] then
        seen[tie] = true
        for found in string.gmatch(redis.call('HGET', log.key, log.ties .. tie) or '', '%d+') do
          local position = tonumber(found)
          if not known[position] then
            known[position] = true
            local id, ties = namesOf(itemAt(log, position))
            all[#all + 1] = { position = position, id = id, ties = ties }
          end
        end
      end
    end
    at = at + 1
  end
  return known, seen
end

local function dropTied(log, position, id, ties)
  local all = { { position = position, id = id, ties = ties } }
  local _, seen = tiedTo(log, all)
  for tie in pairs(seen) do redis.call('HDEL', log.key, log.ties .. tie) end
  for _, one in ipairs(all) do takeOut(log, one.position, one.id) end
end

-- Drops what is too much: the oldest with all that they are tied to, and last what is tied to the new ones, which are
-- those after \`known\`.
local function trim(log, maxItems, known)
  local fresh = {}
  for position = math.max(log.first, known + 1), log.last do
    local id, ties = namesOf(itemAt(log, position))
    fresh[#fresh + 1] = { position = position, id = id, ties = ties }
  end
  local last, position = tiedTo(log, fresh), log.first
  while length(log) > maxItems and position <= log.last do
    local item = not last[position] and itemAt(log, position)
    if item then
      local id, ties = namesOf(item)
      if ties == '' then takeOut(log, position, id) else dropTied(log, position, id, ties) end
    end
    position = math.max(position + 1, log.first)
  end
  while length(log) > maxItems do
    local oldest = log.first
    local id, ties = namesOf(itemAt(log, oldest))
    untie(log, oldest, ties)
    takeOut(log, oldest, id)
  end
end

local function eachItem(log, work)
  for position = log.first, log.last do
    local item = itemAt(log, position)
    if item then work(position, item, namesOf(item)) end
  end
end

local function erase(log)
  if log.isHeld then
    eachItem(log, function(position, _, id, ties)
      redis.call('HDEL', log.key, log.items .. position, log.ids .. id)
      for tie in eachTie(ties) do redis.call('HDEL', log.key, log.ties .. tie) end
    end)
    redis.call('HDEL', log.metaKey, log.meta)
  else
    redis.call('UNLINK', log.key)
    redis.call('ZREM', logNames, log.name)
  end
end

-- Moves a log to its other home, item by item.
local function moveLog(from, to, expires)
  to.first, to.last, to.holes, to.isOld, to.expires = from.first, from.last, from.holes, true, expires
  eachItem(from, function(position, item, id, ties) putItem(to, position, id, ties, item) end)
  erase(from)
  keep(to)
  return to
end

-- The logs of the lifetime.
local function heldLogs()
  local found, fields = {}, redis.call('HGETALL', state)
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 2) == 'l:' then
      found[#found + 1] = open(heldLog(string.sub(fields[i], 3)), fields[i + 1])
    end
  end
  return found
end

local function ownLogs()
  local found = {}
  for _, name in ipairs(redis.call('ZRANGE', logNames, 0, -1)) do found[#found + 1] = openOwn(name) end
  return found
end

-- How many items the logs have that are not over.
local function lengthOf(found)
  local total = 0
  for _, log in ipairs(found) do
    if not isOver(log) then total = total + length(log) end
  end
  return total
end
`;
