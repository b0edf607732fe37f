/** How claims are stored; comes after the beginning of a script. */
export const claims = `
-- Claims are fields of the state: token, when it was made, when it lapses (or \`done\`), the request and the agent.
-- Returns one that has not lapsed.
local function claimOf(step)
  local stored = redis.call('HGET', state, 'c:' .. step)
  if not stored then return nil end
  local token, at, ends, op, agent = string.match(stored, '^(%d+) (%d+) (%w+) (%S+) (%S*)$')
  if not token then error('MEM_CORRUPT', 0) end
  local isDone = ends == 'done'
  if not isDone and tonumber(ends) <= now then return nil end
  return { stored = stored, token = token, at = at, isDone = isDone, op = op, agent = agent }
end
`;
