import { claims } from "./claims.ts";
import { defineWorkflowScript } from "./place-scripts.ts";
import type { Script } from "./script.ts";

/** Arguments: step, token, what it becomes, ttl. Answers the claim, or UNCLAIMED if it is not held. */
const body = `
local step, token, to, ttl = unpack(ARGV, 11, 14)
local field, current = 'c:' .. step, claimOf(step)
leave(false, false)
local isHeld = current and current.token == token and (not current.isDone or to == 'done')
if not isHeld then return { clock, 'UNCLAIMED' } end
if to == 'free' then
  redis.call('HDEL', state, field)
  return { clock, 'OK', current.stored }
end
local ends = to == 'done' and 'done' or text(now + ttl)
local changed = token .. ' ' .. current.at .. ' ' .. ends .. ' ' .. current.op .. ' ' .. current.agent
redis.call('HSET', state, field, changed)
return { clock, 'OK', changed }
`;

export const changeClaim: Script = defineWorkflowScript("changeClaim", claims, body);
