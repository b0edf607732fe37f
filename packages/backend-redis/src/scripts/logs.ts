/**
 * Logs in their two homes, as entries have them. `own`: a hash `l:NAME` each. `held`: fields of the workflow's hash,
 * marked by the name, with their bounds in the state. Items lie under their positions, which are consecutive, so a
 * page is one HMGET however long the log is; `i` fields find an item by its id, so that nothing is appended twice.
 *
 * The bounds are the first and last position and the end: a time, 0 for ever, `null` with the workflow, or `s` and a
 * time: with the workflow, but not before then where it ends with its data kept.
 */
export const logs = `
local logNames = base .. 'lr'

local function ownLog(name)
  local key = base .. 'l:' .. name
  return { name = name, isHeld = false, key = key, mark = '', metaKey = key, meta = 'l', first = 1, last = 0 }
end
local function heldLog(name)
  return { name = name, isHeld = true, key = hash, mark = name .. ':', metaKey = state, meta = 'l:' .. name,
    first = 1, last = 0 }
end

local function open(log, stored)
  local bounds = stored or redis.call('HGET', log.metaKey, log.meta)
  if not bounds then return nil end
  local first, last, expires = string.match(bounds, '^1 (%d+) (%d+) (%w+)$')
  if not first then error(string.match(bounds, '^%d+ ') and 'MEM_FORMAT' or 'MEM_CORRUPT', 0) end
  log.first, log.last = tonumber(first), tonumber(last)
  log.isOld, log.least = true, tonumber(string.match(expires, '^s(%d+)$'))
  if expires ~= 'null' and not log.least then log.expires = expires == '0' and FOREVER or tonumber(expires) end
  return log
end

local function locate(name)
  local log = visible and open(heldLog(name))
  if log or live then return log or nil end
  return open(ownLog(name))
end

local function isOver(log) return log.expires ~= nil and log.expires <= now end
local function length(log) return log.last - log.first + 1 end
local function itemField(log, position) return 'm' .. log.mark .. text(position) end
local function idField(log, id) return 'i' .. log.mark .. id end
local function idOf(item) return string.match(item, '^%[1,%d+,"([^"]*)",') end

local function putItem(log, position, id, item)
  redis.call('HSET', log.key, itemField(log, position), item, idField(log, id), text(position))
end

local function dropOldest(log)
  local field = itemField(log, log.first)
  redis.call('HDEL', log.key, field, idField(log, idOf(redis.call('HGET', log.key, field))))
  log.first = log.first + 1
end

local function erase(log)
  if log.isHeld then
    while log.first <= log.last do dropOldest(log) end
    redis.call('HDEL', log.metaKey, log.meta)
  else
    redis.call('UNLINK', log.key)
    redis.call('ZREM', logNames, log.name)
  end
end

-- When a log ends that is appended to with this ttl: never earlier than it would have without.
local function prolonged(log, ttl)
  if ttl == 'null' or log.expires == FOREVER then return FOREVER end
  local least = math.max(log.expires or log.least or 0, ttl == 'session' and 0 or now + ttl)
  local isTied = ttl == 'session' or (log.isOld and log.expires == nil)
  if not isTied then return least end
  log.least = least > 0 and least or nil
  return nil
end

-- Writes down the bounds of a log and when it ends.
local function keep(log, expires)
  local ending = expires == nil and (log.least and 's' .. text(log.least) or 'null')
    or (expires == FOREVER and '0' or text(expires))
  redis.call('HSET', log.metaKey, log.meta, '1 ' .. text(log.first) .. ' ' .. text(log.last) .. ' ' .. ending)
  if log.isHeld then return end
  if expires == FOREVER then redis.call('PERSIST', log.key) else bury(log.key, expires) end
  if not isWorkflow then return end
  -- So that the workflow finds it when it starts or ends.
  redis.call('ZREMRANGEBYSCORE', logNames, '-inf', text(now))
  redis.call('ZADD', logNames, expires == FOREVER and '+inf' or text(expires), log.name)
  local latest = redis.call('ZREVRANGE', logNames, 0, 0, 'WITHSCORES')[2]
  if latest == 'inf' then redis.call('PERSIST', logNames) else bury(logNames, tonumber(latest)) end
end

-- Moves a log to its other home, item by item.
local function moveLog(from, to, expires)
  to.first, to.last = from.first, from.last
  for position = from.first, from.last do
    local item = redis.call('HGET', from.key, itemField(from, position))
    putItem(to, position, idOf(item), item)
  end
  erase(from)
  keep(to, expires)
  to.isOld, to.expires = true, expires
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
  for _, name in ipairs(redis.call('ZRANGE', logNames, 0, -1)) do found[#found + 1] = open(ownLog(name)) end
  return found
end
`;
