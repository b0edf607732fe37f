/**
 * The registry of a tenant names every place that may hold something until when, so that totals are found without a
 * scan. A place is written there *before* its data, for twice as long as the data needs, and so rarely: the place
 * remembers until when (`granted`) and under which score (`token`). Only who knows the score removes the name, so
 * nobody removes what another has just written again.
 *
 * On one server the script of the call does both at once. In a Cluster the registry lies elsewhere: the script
 * answers UNREGISTERED before it changes anything, and the call is sent again with the token.
 */
export const registry = `
-- Longer than any call may take: a name outlives what is written under it.
local MARGIN = 120000

local function enlist(home, member, duration)
  local places, live = home .. 'places', home .. 'live'
  local lapsed = redis.call('ZRANGEBYSCORE', places, '-inf', text(now), 'LIMIT', 0, 100)
  for _, name in ipairs(lapsed) do
    redis.call('ZREM', places, name)
    if string.sub(name, 1, 2) == 'l:' then redis.call('ZREM', live, string.sub(name, 3)) end
  end
  local lapse = now + duration + MARGIN
  local known = tonumber(redis.call('ZSCORE', places, member) or 0)
  if known >= lapse then lapse = known + 1 end
  redis.call('ZADD', places, text(lapse), member)
  if string.sub(member, 1, 2) == 'l:' then redis.call('ZADD', live, 0, string.sub(member, 3)) end
  for _, key in ipairs({ places, live }) do
    if redis.call('PTTL', key) < lapse - now then bury(key, lapse) end
  end
  return text(lapse)
end

local function delist(home, member, token)
  local score = redis.call('ZSCORE', home .. 'places', member)
  if not score or text(tonumber(score)) ~= token then return end
  redis.call('ZREM', home .. 'places', member)
  if string.sub(member, 1, 2) == 'l:' then redis.call('ZREM', home .. 'live', string.sub(member, 3)) end
end
`;

/** The two scripts of a Cluster that reach the registry, where it lies. */
export const enlistBody = `
return { clock, 'OK', enlist(base, ARGV[10], tonumber(ARGV[11])) }
`;

export const delistBody = `
for i = 10, #ARGV, 2 do delist(base, ARGV[i], ARGV[i + 1]) end
return { clock, 'OK' }
`;

/** Every place of the tenant. */
export const placesBody = `
return { clock, 'OK', redis.call('ZRANGEBYSCORE', base .. 'places', '(' .. text(now), '+inf') }
`;

/** The next workflows in the order of their names, as many as asked for; some may have ended since. */
export const liveBody = `
return { clock, 'OK', redis.call('ZRANGEBYLEX', base .. 'live', ARGV[10], '+', 'LIMIT', 0, ARGV[11]) }
`;
