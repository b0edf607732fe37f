import { entries } from "./entries.ts";
import { logUpkeep } from "./log-upkeep.ts";
import { logs, logWrites } from "./logs.ts";
import { moves } from "./moves.ts";
import { ownGrant } from "./own-grant.ts";
import { defineWorkflowScript } from "./place-scripts.ts";
import type { Script } from "./script.ts";

/**
 * Arguments: epoch after an equals sign (empty: any), 1 to keep the data. Answers the state, how many entries and log
 * items were removed, and, if the registry is on another node, the names that it has to remove and their scores. The
 * state of a lifetime that timed out stays for callers that ask what has expired.
 */
const body = `
if ARGV[11] ~= '' and not (live and '=' .. life[1] == ARGV[11]) then return { clock, 'NONE' } end
local final = live and redis.call('HGETALL', state) or {}
local name = string.sub(owner, 3)
local _, delist = registry()

-- Has the registry forget names, or answers that it has to.
local function ended(answer, names)
  for i = 1, #names, 2 do
    if KEYS[2] then delist(KEYS[2], names[i], names[i + 1])
    elseif names[i + 1] ~= '' then
      answer[#answer + 1] = names[i]
      answer[#answer + 1] = names[i + 1]
    end
  end
  return answer
end

if ARGV[12] == '1' then
  if not live then return { clock, 'OK', final, 0, 0 } end
  local unregistered = grantLife(timeout) or setFree()
  if unregistered then return unregistered end
  redis.call('HSET', state, 'kept', '1')
  life[4] = '1'
  slide(true)
  tell()
  return ended({ clock, 'OK', final, 0, 0 }, { 'd:' .. name, redis.call('HGET', state, 'token') })
end

local removed, items = size(own), lengthOf(ownLogs())
if visible then
  removed = removed + size(held)
  items = items + lengthOf(heldLogs())
end
for _, log in ipairs(ownLogs()) do redis.call('UNLINK', log.key) end
repeat
  local members = redis.call('ZRANGE', own.names, 0, 999)
  if #members > 0 then drop(own, members) end
until #members < 1000

local lifeScore = not isExpired and redis.call('HGET', state, 'token') or ''
local ownScore = string.match(redis.call('GET', marker) or '', ' (%d+)$') or ''
tell()
redis.call('UNLINK', hash, held.names, held.expiries, own.names, own.expiries, marker, logNames, base .. 'v')
if not isExpired then redis.call('UNLINK', state) end
return ended({ clock, 'OK', final, removed, items }, { 'l:' .. name, lifeScore, owner, ownScore })
`;

export const endWorkflow: Script = defineWorkflowScript(
  "endWorkflow",
  entries,
  ownGrant,
  logs,
  logWrites,
  logUpkeep,
  moves,
  body,
);
