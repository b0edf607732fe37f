import { entries } from "./entries.ts";
import { ownGrant } from "./own-grant.ts";
import { defineAgentScript, defineWorkflowScript, type PlaceScripts } from "./place-scripts.ts";
import { registry } from "./registry.ts";

/**
 * Arguments: key, what to add, version, opId, ttl, and what goes around the number of an entry that this makes.
 * Answers the number as a text, because Redis cuts those of a script down to integers, and the version; or which
 * argument stands against it. Everything else of an entry that is there stays as it is.
 */
const body = `
local home = live and held or own
if clock % 8 == 0 then sweep(home, 160) end

local member, version, op, ttl = prefix .. ARGV[10], ARGV[12], ARGV[13], ARGV[14]
if ttl == 'session' and not live then return { clock, 'ENDED' } end

local current = find(member)
local source, before, rest = ARGV[15], '0', ARGV[16]
if current then
  source, before, rest = string.match(current.raw, '^%[1,%d+,%d+,%w+,"[^"]*","[^"]*",("%w+"),(-?%d[%d.eE+-]*)(,.*)%]$')
  if not source then
    leave(false, false)
    return { clock, 'REFUSED', 'key' }
  end
  if op ~= '' and current.op == op then
    leave(true, false)
    return { clock, 'OK', before, current.version }
  end
end
local sum = tonumber(before) + tonumber(ARGV[11])
if sum ~= sum or sum == math.huge or sum == -math.huge then
  leave(false, false)
  return { clock, 'REFUSED', 'by' }
end
-- Enough digits to be read back as the same number; zero has no sign in JSON.
local after = sum == 0 and '0' or string.format('%.17g', sum)

local expires
if current then
  expires = current.expires
  -- What is kept of an ended lifetime has its end, and no lifetime any more.
  if expires == nil and not live then expires = dies end
elseif ttl == 'null' then expires = FOREVER
elseif ttl ~= 'session' then expires = now + ttl end

local refit = false
if home == own then
  local unregistered = grantOwn(expires)
  if unregistered then return unregistered end
  local ends = redis.call('PTTL', own.expiries)
  refit = ends ~= -1 and expires >= now + ends
  if visible then drop(held, { member }) end
end
local created = current and current.created or text(now)
local ending = expires == nil and 'null' or (expires == FOREVER and '0' or text(expires))
put(home, member, '[1,' .. created .. ',' .. text(now) .. ',' .. ending .. ',"' .. version .. '","' .. op .. '",'
  .. source .. ',' .. after .. rest .. ']', expires)
if refit then fitIndex() end
leave(false, home == held)
return { clock, 'OK', after, version }
`;

export const increment: PlaceScripts = {
  agent: defineAgentScript("increment", registry, entries, ownGrant, body),
  workflow: defineWorkflowScript("increment", entries, ownGrant, body),
};
