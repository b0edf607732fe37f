import { entries } from "./entries.ts";
import { logUpkeep } from "./log-upkeep.ts";
import { logs, logWrites } from "./logs.ts";
import { moves } from "./moves.ts";
import { ownGrant } from "./own-grant.ts";
import { defineWorkflowScript } from "./place-scripts.ts";
import type { Script } from "./script.ts";

/**
 * Arguments: epoch, opId, timeout, metadata, join. Answers 1 if this start made the lifetime (else 0), its state, and
 * the state of the lifetime before it if that timed out and nobody has been told.
 */
const body = `
local join, created, expired = ARGV[15], 0, {}
if live then
  if redis.call('HGET', state, 'op') == ARGV[12] then created = 1
  elseif join == 'never' then return { clock, 'EXISTS' } end
  local unregistered = grantLife(timeout)
  if unregistered then return unregistered end
else
  if join == 'must-exist' then return { clock, 'MISSING' } end
  local span = tonumber(ARGV[13])
  granted = 0
  if isExpired then expired = redis.call('HGETALL', state) end
  local unregistered, token = grantLife(span)
  if unregistered then return unregistered end
  local kept = {}
  if visible then
    settleKept()
    for _, log in ipairs(heldLogs()) do kept[#kept + 1] = log end
    redis.call('UNLINK', state)
  else
    redis.call('UNLINK', state, hash, held.names, held.expiries)
  end
  created, timeout, life[4] = 1, span, false
  redis.call('HSET', state, 'format', '1', 'epoch', ARGV[11], 'op', ARGV[12], 'started', text(now), 'timeout', ARGV[13],
    'metadata', ARGV[14], 'granted', text(granted), 'token', token)
  for _, log in ipairs(kept) do keep(log) end
  takeIn()
  -- Who watched the lifetime before it has to say so once more.
  redis.pcall('PUBLISH', base .. 'c', 'start')
end
slide(created == 1)
return { clock, 'OK', created, redis.call('HGETALL', state), expired }
`;

export const startWorkflow: Script = defineWorkflowScript(
  "startWorkflow",
  entries,
  ownGrant,
  logs,
  logWrites,
  logUpkeep,
  moves,
  body,
);
