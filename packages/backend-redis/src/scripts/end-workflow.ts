import { entries } from "./entries.ts";
import { logs } from "./logs.ts";
import { moves } from "./moves.ts";
import { ownGrant } from "./own-grant.ts";
import { defineWorkflowScript } from "./place-scripts.ts";
import type { Script } from "./script.ts";

/**
 * Arguments: epoch after an equals sign, 1 to keep the data. Answers the state, how many entries and log items were
 * removed, and the scores under which the registry still names the workflow.
 */
const body = `
if ARGV[10] ~= '' and not (live and '=' .. life[1] == ARGV[10]) then return { clock, 'NONE' } end
local final = live and redis.call('HGETALL', state) or {}

if ARGV[11] == '1' then
  if live then
    local unregistered = grantLife(timeout) or setFree()
    if unregistered then return unregistered end
    redis.call('HSET', state, 'kept', '1')
    slide()
  end
  return { clock, 'OK', final, 0, 0, '', '' }
end

local removed, items = size(own), 0
if visible then
  removed = removed + size(held)
  for _, log in ipairs(heldLogs()) do
    if not isOver(log) then items = items + length(log) end
  end
end
for _, log in ipairs(ownLogs()) do
  if not isOver(log) then items = items + length(log) end
  redis.call('UNLINK', log.key)
end
repeat
  local members = redis.call('ZRANGE', own.names, 0, 999)
  if #members > 0 then drop(own, members) end
until #members < 1000

local lifeScore = life[6] or ''
local ownScore = string.match(redis.call('GET', marker) or '', ' (%d+)$') or ''
redis.call('UNLINK', state, hash, held.names, held.expiries, own.names, own.expiries, marker, logNames)
if KEYS[2] then
  delist(KEYS[2], 'l:' .. string.sub(owner, 3), lifeScore)
  delist(KEYS[2], owner, ownScore)
  lifeScore, ownScore = '', ''
end
return { clock, 'OK', final, removed, items, lifeScore, ownScore }
`;

export const endWorkflow: Script = defineWorkflowScript(
  "endWorkflow",
  entries,
  ownGrant,
  logs,
  moves,
  body,
);
