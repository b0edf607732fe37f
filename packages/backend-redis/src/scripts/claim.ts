import { claims } from "./claims.ts";
import { defineWorkflowScript } from "./place-scripts.ts";
import type { Script } from "./script.ts";

/**
 * Arguments: step, ttl, opId, agent. Answers the claim, or an empty text if another request has it or the step is done.
 */
const body = `
local step, ttl, op, agent = unpack(ARGV, 11, 14)
local current = claimOf(step)
leave(current and current.op == op, false)
if current then return { clock, 'OK', current.op == op and current.stored or '' } end
local made = text(redis.call('HINCRBY', state, 'claims', 1)) .. ' ' .. text(now) .. ' ' .. text(now + ttl)
  .. ' ' .. op .. ' ' .. agent
redis.call('HSET', state, 'c:' .. step, made)
return { clock, 'OK', made }
`;

export const claim: Script = defineWorkflowScript("claim", claims, body);
