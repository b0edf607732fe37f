/** What happens to a workflow's data when its lifetime begins, or ends with its data kept. */
export const moves = `
-- An envelope with another expiry.
local function reDated(raw, expires)
  local ending = expires == FOREVER and '0' or text(expires)
  return (string.gsub(raw, '^(%[1,%d+,%d+,)%w+', '%1' .. ending))
end

-- What an ended lifetime has left keeps the end it has: the next one neither slides it nor gives it more time.
local function settleKept()
  for _, member in ipairs(redis.call('ZDIFF', 2, held.names, held.expiries)) do
    put(held, member, reDated(held.get(member), dies), dies)
  end
  for _, log in ipairs(heldLogs()) do
    if log.expires == nil then
      log.expires = dies
      keep(log)
    end
  end
end

-- What was stored without a lifetime is from now on the lifetime's, and ends with it at the latest.
local function takeIn()
  while sweep(own, 1000) == 1000 do end
  for _, member in ipairs(redis.call('ZRANGE', own.names, 0, -1)) do
    local raw = own.get(member)
    put(held, member, raw, header(raw, own).expires)
    drop(own, { member })
  end
  for _, log in ipairs(ownLogs()) do
    if isOver(log) then erase(log) else moveLog(log, heldLog(log.name), log.expires) end
  end
end

-- What has an expiry of its own outlives the lifetime; returns what to answer where the registry has to know first.
local function setFree()
  while sweep(held, 1000) == 1000 do end
  local latest = redis.call('ZREVRANGE', held.expiries, 0, 0, 'WITHSCORES')[2]
  if latest then
    local unregistered = grantOwn(latest == 'inf' and FOREVER or tonumber(latest))
    if unregistered then return unregistered end
  end
  for _, member in ipairs(redis.call('ZRANGE', held.expiries, 0, -1)) do
    local raw = held.get(member)
    put(own, member, raw, header(raw, held).expires)
    drop(held, { member })
  end
  fitIndex()
  for _, log in ipairs(heldLogs()) do
    if isOver(log) then erase(log)
    elseif log.expires ~= nil then moveLog(log, ownLog(log.name), log.expires)
    elseif log.least and log.least > now + timeout then moveLog(log, ownLog(log.name), log.least) end
  end
  return nil
end
`;
