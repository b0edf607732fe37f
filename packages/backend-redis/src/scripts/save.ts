import { entries } from "./entries.ts";
import { ownGrant } from "./own-grant.ts";
import { defineAgentScript, defineWorkflowScript, type PlaceScripts } from "./place-scripts.ts";
import { registry } from "./registry.ts";

/**
 * Arguments of each write: key, body, version, opId, ttl, 1 for ifAbsent, ifVersion after an equals sign. Answers for
 * each what became of it, and the version that is current then. Judges every write first, which also finds what is
 * not ours, and changes things only then.
 */
const body = `
local home = live and held or own
-- A share of the calls does the work of all: it costs each write a look at the index.
if clock % 8 == 0 then sweep(home, 160) end

-- When a write expires that replaces \`current\`.
local function expiryOf(ttl, current)
  if ttl == 'session' then return nil end
  if ttl == 'null' then return FOREVER end
  if ttl ~= 'keep' then return now + ttl end
  if not current then return FOREVER end
  -- What is kept of an ended lifetime has its end, and no lifetime any more.
  if current.expires == nil and not live then return dies end
  return current.expires
end

local found, verdicts, expiries, latest = {}, {}, {}, 0
for i = 1, (#ARGV - 9) / 7 do
  local at = 7 * i + 3
  local op, ttl, absent, expected = ARGV[at + 3], ARGV[at + 4], ARGV[at + 5], ARGV[at + 6]
  if ttl == 'session' and not live then return { clock, 'ENDED' } end
  local current = find(prefix .. ARGV[at])
  found[i] = current or false
  if current and op ~= '' and current.op == op then
    verdicts[i] = 'repeated'
  elseif (absent == '1' and current) or (expected ~= '' and not (current and '=' .. current.version == expected)) then
    verdicts[i] = 'refused'
  else
    verdicts[i], expiries[i] = 'stored', expiryOf(ttl, current)
    latest = math.max(latest, expiries[i] or 0)
  end
end
local ends = -2
if home == own and latest > 0 then
  local unregistered = grantOwn(latest)
  if unregistered then return unregistered end
  ends = redis.call('PTTL', own.expiries)
end

local answer, repeated, refit = { clock, 'OK' }, #found > 0, home == own and ends ~= -1 and latest >= now + ends
for i, verdict in ipairs(verdicts) do
  local at = 7 * i + 3
  local current, member, version = found[i], prefix .. ARGV[at], ARGV[at + 2]
  repeated = repeated and verdict == 'repeated'
  if verdict == 'stored' then
    local created, expires = current and current.created or text(now), expiries[i]
    local ending = expires == nil and 'null' or (expires == FOREVER and '0' or text(expires))
    local envelope = '[1,' .. created .. ',' .. text(now) .. ',' .. ending .. ',"' .. version .. '","'
      .. ARGV[at + 3] .. '",' .. ARGV[at + 1] .. ']'
    if visible and home == own then drop(held, { member }) end
    put(home, member, envelope, expires)
    -- The index may end with its latest entry once the last that lives for ever is gone.
    refit = refit or (home == own and current and current.expires == FOREVER and expires ~= FOREVER)
  else
    version = current and current.version or ''
  end
  answer[#answer + 1] = verdict
  answer[#answer + 1] = version
end
if refit then fitIndex() end
leave(repeated, home == held)
return answer
`;

export const save: PlaceScripts = {
  agent: defineAgentScript("save", registry, entries, ownGrant, body),
  workflow: defineWorkflowScript("save", entries, ownGrant, body),
};
