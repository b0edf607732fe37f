import { entries } from "./entries.ts";
import { defineWorkflowScript } from "./place-scripts.ts";
import type { Script } from "./script.ts";

/**
 * Argument: the score with which the registry lists the workflow as due. Answers the state of a lifetime that timed
 * out, and removes it; then, for a registry on another node, when the workflow expires (or why it is no longer due)
 * and, if it has no more entries, the score to remove its place with.
 */
const body = `
local name = string.sub(owner, 3)
local _, delist, settle = registry()
if visible then
  local verdict = live and text(dies) or 'kept'
  if KEYS[2] then settle(KEYS[2], name, ARGV[11], verdict) end
  return { clock, 'OK', {}, verdict, '' }
end
local final = isExpired and redis.call('HGETALL', state) or {}
local verdict, ownScore = (life[1] or KEYS[2]) and 'gone' or 'missing', ''
if isExpired then tell() end
redis.call('UNLINK', state, hash, held.names, held.expiries, base .. 'v')
while sweep(own, 1000) == 1000 do end
if redis.call('EXISTS', own.names) == 0 then
  ownScore = string.match(redis.call('GET', marker) or '', ' (%d+)$') or ''
  redis.call('UNLINK', marker)
end
if KEYS[2] then
  settle(KEYS[2], name, ARGV[11], verdict)
  delist(KEYS[2], owner, ownScore)
end
return { clock, 'OK', final, verdict, ownScore }
`;

export const take: Script = defineWorkflowScript("takeExpired", entries, body);
