/** Lists a place that holds entries of its own in the registry; comes after `registry` and `entries`. */
export const ownGrant = `
local CENTURY = 3155760000000

-- Sees to it that the registry names this place until then; returns what to answer where it can't.
local function grantOwn(untilThen)
  if untilThen == FOREVER then untilThen = now + CENTURY end
  local known = redis.call('GET', marker)
  if known and tonumber(string.match(known, '^%d+')) >= untilThen then return nil end
  local duration = 2 * (untilThen - now)
  local token = KEYS[2] and registry()(KEYS[2], owner, duration) or ownToken
  if token == '' then return { clock, 'UNREGISTERED', 'own', text(duration) } end
  redis.call('SET', marker, text(now + duration) .. ' ' .. token, 'PXAT', lastMoment(now + duration))
  return nil
end
`;
