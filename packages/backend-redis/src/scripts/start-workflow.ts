import { entries } from "./entries.ts";
import { logs } from "./logs.ts";
import { moves } from "./moves.ts";
import { ownGrant } from "./own-grant.ts";
import { defineWorkflowScript } from "./place-scripts.ts";
import type { Script } from "./script.ts";

/** Arguments: epoch, opId, timeout, metadata, join. Answers 1 where this start made the lifetime, and the state. */
const body = `
local join, created = ARGV[14], 0
if live then
  if redis.call('HGET', state, 'op') == ARGV[11] then created = 1
  elseif join == 'never' then return { clock, 'EXISTS' } end
  local unregistered = grantLife(timeout)
  if unregistered then return unregistered end
else
  if join == 'must-exist' then return { clock, 'MISSING' } end
  local span = tonumber(ARGV[12])
  granted = 0
  local unregistered = grantLife(span)
  if unregistered then return unregistered end
  local kept = {}
  if visible then
    settleKept()
    for _, log in ipairs(heldLogs()) do kept[#kept + 1] = log end
    redis.call('UNLINK', state)
  else
    redis.call('UNLINK', state, hash, held.names, held.expiries)
  end
  created, timeout = 1, span
  redis.call('HSET', state, 'format', '1', 'epoch', ARGV[10], 'op', ARGV[11], 'started', text(now), 'timeout', ARGV[12],
    'metadata', ARGV[13], 'granted', text(granted), 'token', life[6])
  for _, log in ipairs(kept) do keep(log, log.expires) end
  takeIn()
end
slide()
return { clock, 'OK', created, redis.call('HGETALL', state) }
`;

export const startWorkflow: Script = defineWorkflowScript(
  "startWorkflow",
  entries,
  ownGrant,
  logs,
  moves,
  body,
);
