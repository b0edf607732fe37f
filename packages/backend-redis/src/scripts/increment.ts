import { entries } from "./entries.ts";
import { ownGrant } from "./own-grant.ts";
import { defineAgentScript, defineWorkflowScript, type PlaceScripts } from "./place-scripts.ts";
import { registryOfPlace } from "./registry.ts";

/**
 * Arguments: the text before and after the number of a new entry, then key, amount, version, opId and ttl of each
 * increment. Answers, for each, the number as text, because Redis truncates a script's numbers to integers, and the
 * version; or the argument at fault, and an empty version. The rest of an existing entry stays as it is.
 *
 * Computes all sums first, in order, which also finds foreign data, and only then changes anything.
 */
const body = `
local home, total = live and held or own, (#ARGV - 12) / 5
if total > 8 or clock % 8 == 0 then sweep(home, math.max(160, math.min(2 * total, 1000))) end

-- By name: what is there after the increments so far, and false where nothing is.
local known, isChanged, changed = {}, {}, {}
local answer, repeats, latest = { clock, 'OK' }, 0, 0
for at = 13, #ARGV, 5 do
  local member, by, version, op, ttl = prefix .. ARGV[at], tonumber(ARGV[at + 1]), unpack(ARGV, at + 2, at + 4)
  if ttl == 'session' and not live then return { clock, 'ENDED' } end
  local current = known[member]
  if current == nil then
    current = find(member) or false
    known[member] = current
    if current then
      current.source, current.number, current.rest =
        string.match(current.raw, '^%[1,%d+,%d+,%w+,"[^"]*","[^"]*",("%w+"),(-?%d[%d.eE+-]*)(,.*)%]$')
    end
  end

  local outcome, outcomeVersion = 'key', ''
  if current and op ~= '' and current.op == op then
    repeats = repeats + 1
    if current.number then outcome, outcomeVersion = current.number, current.version end
  elseif not current or current.number then
    local sum = tonumber(current and current.number or '0') + by
    if sum ~= sum or sum == math.huge or sum == -math.huge then outcome = 'by'
    else
      if not current then
        current = { created = text(now), source = ARGV[11], rest = ARGV[12] }
        if ttl == 'null' then current.expires = FOREVER
        elseif ttl ~= 'session' then current.expires = now + ttl end
        known[member] = current
      end
      -- What is kept of an ended lifetime has its end, and no lifetime any more.
      if current.expires == nil and not live then current.expires = dies end
      if current.expires and current.expires > latest then latest = current.expires end
      -- Enough digits to be read back as the same number; zero has no sign in JSON.
      current.number = sum == 0 and '0' or string.format('%.17g', sum)
      current.version, current.op = version, op
      if not isChanged[member] then changed[#changed + 1] = member end
      isChanged[member] = true
      outcome, outcomeVersion = current.number, version
    end
  end
  answer[#answer + 1] = outcome
  answer[#answer + 1] = outcomeVersion
end

local refit = false
if home == own and #changed > 0 then
  local unregistered = grantOwn(latest)
  if unregistered then return unregistered end
  local ends = redis.call('PTTL', own.expiries)
  refit = ends ~= -1 and latest >= now + ends
end
for _, member in ipairs(changed) do
  local entry = known[member]
  local expires = entry.expires
  local ending = expires == nil and 'null' or (expires == FOREVER and '0' or text(expires))
  if visible and home == own then drop(held, { member }) end
  put(home, member, '[1,' .. entry.created .. ',' .. text(now) .. ',' .. ending .. ',"' .. entry.version .. '","'
    .. entry.op .. '",' .. entry.source .. ',' .. entry.number .. entry.rest .. ']', expires)
end
if refit then fitIndex() end
if #changed > 0 then tell() end
-- Those that had happened before are not counted again.
leave(repeats == total, home == held and #changed > 0, total - repeats)
return answer
`;

export const increment: PlaceScripts = {
  agent: defineAgentScript("increment", registryOfPlace, entries, ownGrant, body),
  workflow: defineWorkflowScript("increment", entries, ownGrant, body),
};
