/**
 * Logs have two homes, like entries. `own`: a hash `l:NAME` each. `held`: fields of the workflow's hash, marked by the
 * log's name, with the bounds in the state. `m` fields hold items by position, so a page is read by HMGET however long
 * the log is; `i` fields find an item by its id, so that nothing is appended twice; `t` fields have the positions of
 * the items that share a tie.
 *
 * The bounds are the first and last position, the expiry, and how many positions between them are empty. The expiry is
 * a time, 0 for never, `null` with the workflow, or `s` and a time: with the workflow, but not before that time if it
 * ends with its data kept. Format 1 has neither empty positions nor ties.
 */
export const logs = `
local logNames = base .. 'lr'

-- \`items\`, \`ids\` and \`ties\` are what the names of those fields begin with.
local function ownLog(name)
  local key = base .. 'l:' .. name
  return { name = name, isHeld = false, key = key, items = 'm', ids = 'i', ties = 't',
    metaKey = key, meta = 'l', first = 1, last = 0, holes = 0 }
end
local function heldLog(name)
  local mark = name .. ':'
  return { name = name, isHeld = true, key = hash, items = 'm' .. mark, ids = 'i' .. mark, ties = 't' .. mark,
    metaKey = state, meta = 'l:' .. name, first = 1, last = 0, holes = 0 }
end

local function unreadable(stored) error(string.match(stored, '^%[?%d+[ ,]') and 'MEM_FORMAT' or 'MEM_CORRUPT', 0) end

-- Reads the bounds of a log; returns nothing where it has none.
local function open(log, bounds)
  if not bounds then return nil end
  local first, last, ending, holes = string.match(bounds, '^2 (%d+) (%d+) (%w+) (%d+)$')
  if not first then first, last, ending = string.match(bounds, '^1 (%d+) (%d+) (%w+)$') end
  if not first then unreadable(bounds) end
  log.first, log.last, log.holes, log.isOld = tonumber(first), tonumber(last), tonumber(holes or 0), true
  if ending ~= 'null' then
    log.least = tonumber(string.match(ending, '^s(%d+)$'))
    if not log.least then log.expires = ending == '0' and FOREVER or tonumber(ending) end
  end
  return log
end
local function openOwn(name)
  local log = ownLog(name)
  return open(log, redis.call('HGET', log.key, log.meta))
end

local function isOver(log) return log.expires ~= nil and log.expires <= now end
`;

/** Opens the log that a script of `defineLogScripts` is about. */
export const theLog = `
local log
if visible and life[8] then log = open(heldLog(ARGV[11]), life[8])
elseif not live then log = openOwn(ARGV[11]) end
`;

/** For scripts that change logs; comes after `logs`. */
export const logWrites = `
local function length(log) return log.last - log.first + 1 - log.holes end
local function eachTie(ties) return string.gmatch(ties, '"([^"]*)"') end

local function putItem(log, position, id, ties, item)
  redis.call('HSET', log.key, log.items .. position, item, log.ids .. id, position)
  if ties == '' then return end
  for tie in eachTie(ties) do
    local field = log.ties .. tie
    redis.call('HSET', log.key, field, (redis.call('HGET', log.key, field) or '') .. ' ' .. position)
  end
end

local function boundsOf(log)
  local ending = log.least and 's' .. text(log.least) or 'null'
  if log.expires ~= nil then ending = log.expires == FOREVER and '0' or text(log.expires) end
  return string.format('2 %d %d %s %d', log.first, log.last, ending, log.holes)
end
local function writeBounds(log) redis.call('HSET', log.metaKey, log.meta, boundsOf(log)) end

-- Writes down the bounds of a log and when it ends.
local function keep(log)
  writeBounds(log)
  if log.isHeld then return end
  if log.expires == FOREVER then redis.call('PERSIST', log.key) else bury(log.key, log.expires) end
  if not isWorkflow then return end
  -- So that the workflow finds it when it starts or ends.
  redis.call('ZREMRANGEBYSCORE', logNames, '-inf', text(now))
  redis.call('ZADD', logNames, log.expires == FOREVER and '+inf' or text(log.expires), log.name)
  local latest = redis.call('ZREVRANGE', logNames, 0, 0, 'WITHSCORES')[2]
  if latest == 'inf' then redis.call('PERSIST', logNames) else bury(logNames, tonumber(latest)) end
end
`;
