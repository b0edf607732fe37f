import { pieces } from "./pieces.ts";

/**
 * Entries have two homes. `own`: a string key `e:NAME` each, which the server itself frees at its expiry. `held`: the
 * hash of a live workflow, which ends with it. Each home has the names in an index without scores (in the order of code
 * points) and the expiries in another; in `held`, entries that live as long as the workflow have none. Names of expired
 * entries stay in the index until a later call sweeps them, or until the index ends with its latest entry.
 *
 * `expires` is a time, `FOREVER`, or nil: with the workflow.
 */
export const homes: string = `
${pieces}
local marker = base .. 'r'

local own = { names = base .. 'n', expiries = base .. 'x' }
function own.key(member) return base .. 'e:' .. member end
function own.get(member) return redis.call('GET', own.key(member)) end
function own.read(keys)
  local raws = inPieces('MGET', nil, keys)
  -- MGET takes what is no string for nothing; GET refuses it.
  for i, key in ipairs(keys) do
    if not raws[i] then raws[i] = redis.call('GET', key) end
  end
  return raws
end
function own.write(key, envelope, expires)
  if expires == FOREVER then redis.call('SET', key, envelope)
  else redis.call('SET', key, envelope, 'PXAT', lastMoment(expires)) end
end
function own.remove(keys) return redis.call('UNLINK', unpack(keys)) end

local held
if isWorkflow then
  held = { names = base .. 'sn', expiries = base .. 'sx' }
  function held.key(member) return 'e' .. member end
  function held.get(member) return redis.call('HGET', hash, held.key(member)) end
  function held.read(keys) return inPieces('HMGET', hash, keys) end
  function held.write(key, envelope) redis.call('HSET', hash, key, envelope) end
  function held.remove(keys) return redis.call('HDEL', hash, unpack(keys)) end
end

local function keysOf(home, members)
  local keys, key = {}, home.key
  for i = 1, #members do keys[i] = key(members[i]) end
  return keys
end
`;

/** `homes`, and what scripts do with entries. */
export const entries: string = `
${homes}
-- The index first: where it is not ours it fails before anything has changed.
local function put(home, member, envelope, expires)
  redis.call('ZADD', home.names, 0, member)
  if expires == nil then redis.call('ZREM', home.expiries, member)
  else redis.call('ZADD', home.expiries, expires == FOREVER and '+inf' or text(expires), member) end
  home.write(home.key(member), envelope, expires)
end

-- Returns how many there were.
local function drop(home, members)
  redis.call('ZREM', home.names, unpack(members))
  redis.call('ZREM', home.expiries, unpack(members))
  return home.remove(keysOf(home, members))
end

-- Forgets what has expired, the oldest first; returns how many.
local function sweep(home, limit)
  local due = redis.call('ZRANGEBYSCORE', home.expiries, '-inf', text(now), 'LIMIT', 0, limit)
  if #due > 0 then drop(home, due) end
  return #due
end

local function size(home)
  return redis.call('ZCARD', home.names) - redis.call('ZCOUNT', home.expiries, '-inf', text(now))
end

-- What a script needs to know of a stored entry; the value stays an opaque text.
local function header(raw, home)
  local created, expires, version, op = string.match(raw, '^%[1,(%d+),%d+,(%w+),"([^"]*)","([^"]*)",')
  if not created then error(string.match(raw, '^%[%d+,') and 'MEM_FORMAT' or 'MEM_CORRUPT', 0) end
  expires = expires ~= 'null' and tonumber(expires) or nil
  if expires == 0 then expires = FOREVER end
  return { home = home, raw = raw, created = created, expires = expires, version = version, op = op }
end

local function readable(raw, home)
  local found = header(raw, home)
  if found.expires and found.expires <= now then return nil end
  return found
end

-- Only beside the kept data of a lifetime that has ended there can be both.
local function elsewhere(member)
  local raw = visible and not live and own.get(member)
  return raw and readable(raw, own)
end

local function find(member)
  local home = visible and held or own
  local raw = home.get(member)
  if raw then return readable(raw, home) end
  return elsewhere(member) or nil
end

-- The index of \`own\` lives a little longer than its latest entry, so that most writes need not move its end.
local function fitIndex()
  local latest = redis.call('ZREVRANGE', own.expiries, 0, 0, 'WITHSCORES')[2]
  for _, key in ipairs({ own.names, own.expiries }) do
    if latest == 'inf' then redis.call('PERSIST', key)
    elseif latest then bury(key, latest + (latest - now) / 8) end
  end
end

-- Tells who watches the workflow, where somebody does. A hint: who may not publish does its work all the same.
local function tell()
  if isWorkflow and redis.call('EXISTS', base .. 'v') == 1 then redis.pcall('PUBLISH', base .. 'c', '') end
end

-- The names of one scope within an index.
local low, high = '[' .. prefix, '(' .. prefix .. string.char(255)
`;
