/**
 * A tenant's registry lists every place that may hold something, and until when, so that totals need no scan. A place
 * is listed *before* its data is written, for twice as long as the data needs, and therefore rarely: the place
 * remembers until when (`granted`) and with which score (`token`). Only a caller that knows the score removes a name,
 * so nobody removes a name that another has just written again.
 *
 * `due` orders the workflows by when to check whether they have timed out: one timeout after they were listed, or
 * listed again. A check that finds one alive moves it to when it expires. So each is checked about once per timeout,
 * and no call has to move it.
 *
 * On a single server, the script of the call does both at once. In a Cluster, the registry is elsewhere: the script
 * answers UNREGISTERED before it changes anything, and the call is sent again with the token.
 */
export const registry = `
-- Longer than any call may take: a name outlives what is written under it.
local MARGIN = 120000

local function unname(home, member)
  redis.call('ZREM', home .. 'places', member)
  if string.sub(member, 1, 2) == 'l:' then
    redis.call('ZREM', home .. 'live', string.sub(member, 3))
    redis.call('ZREM', home .. 'due', string.sub(member, 3))
  end
end

-- A workflow is looked at after \`patience\`.
local function enlist(home, member, duration, patience)
  local places, live, due = home .. 'places', home .. 'live', home .. 'due'
  local lapsed = redis.call('ZRANGEBYSCORE', places, '-inf', text(now), 'LIMIT', 0, 100)
  for _, name in ipairs(lapsed) do unname(home, name) end
  local lapse = now + duration + MARGIN
  local known = tonumber(redis.call('ZSCORE', places, member) or 0)
  if known >= lapse then lapse = known + 1 end
  redis.call('ZADD', places, text(lapse), member)
  if string.sub(member, 1, 2) == 'l:' then
    redis.call('ZADD', live, 0, string.sub(member, 3))
    redis.call('ZADD', due, text(now + patience), string.sub(member, 3))
  end
  for _, key in ipairs({ places, live, due }) do
    if redis.call('PTTL', key) < lapse - now then bury(key, lapse) end
  end
  return text(lapse)
end

-- A name that begins with \`d:\` is that of a workflow which is not due any more, but may hold something still.
local function delist(home, member, token)
  local isKept = string.sub(member, 1, 2) == 'd:'
  local named = isKept and 'l:' .. string.sub(member, 3) or member
  local score = redis.call('ZSCORE', home .. 'places', named)
  if not score or text(tonumber(score)) ~= token then return end
  if isKept then redis.call('ZREM', home .. 'due', string.sub(member, 3)) else unname(home, member) end
end

-- Writes down what was found of a workflow that was due: when it expires, or that it is \`kept\`, \`gone\` or \`missing\`.
-- Where another score is there, it was started again since, or somebody else has seen to it.
local function settle(home, name, score, verdict)
  local due = home .. 'due'
  local known = redis.call('ZSCORE', due, name)
  if not known or text(tonumber(known)) ~= score then return end
  local expires = tonumber(verdict)
  if expires then redis.call('ZADD', due, text(expires > now and expires or now + 100), name)
  elseif verdict == 'kept' then redis.call('ZREM', due, name)
  -- One that is about to be started is named first.
  elseif verdict == 'gone' or tonumber(score) + MARGIN <= now then unname(home, 'l:' .. name) end
end
`;

/**
 * The same, for scripts that mostly do not use it: a script pays for every function that it defines, so these are
 * defined only when needed.
 */
export const registryOfPlace: string = `
local function registry()
${registry}
return enlist, delist, settle
end
`;

/** Bodies of the scripts that run at the registry itself. */
export const enlistBody = `
return { clock, 'OK', enlist(base, ARGV[11], tonumber(ARGV[12]), tonumber(ARGV[13])) }
`;

export const delistBody = `
for i = 11, #ARGV, 2 do delist(base, ARGV[i], ARGV[i + 1]) end
return { clock, 'OK' }
`;

export const settleBody = `
for i = 11, #ARGV, 4 do
  settle(base, ARGV[i], ARGV[i + 1], ARGV[i + 2])
  delist(base, 'w:' .. ARGV[i], ARGV[i + 3])
end
return { clock, 'OK' }
`;

/** Answers every place of the tenant. */
export const placesBody = `
return { clock, 'OK', redis.call('ZRANGEBYSCORE', base .. 'places', '(' .. text(now), '+inf') }
`;

/**
 * Arguments: where to begin, the limit. Answers the next workflows in the order of their names; some may have ended.
 */
export const liveBody = `
return { clock, 'OK', redis.call('ZRANGEBYLEX', base .. 'live', ARGV[11], '+', 'LIMIT', 0, ARGV[12]) }
`;

/** Arguments: how many to skip, the limit. Answers workflows to check, and their scores. */
export const dueBody = `
return { clock, 'OK',
  redis.call('ZRANGEBYSCORE', base .. 'due', '-inf', text(now), 'WITHSCORES', 'LIMIT', ARGV[11], ARGV[12]) }
`;
