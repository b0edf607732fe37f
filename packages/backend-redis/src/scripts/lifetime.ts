import { claims } from "./claims.ts";

/**
 * The lifetime of the workflow, and what a call tied to it does in addition to its own effect: it is refused if its
 * lifetime is not the current one or its claim is not held (fencing), slides the expiry and counts the activity, all
 * atomically.
 *
 * While a workflow is live, all of its entries and logs are in one hash, `s`, which ends with it whatever happens to
 * the processes that use it; `w` has the state. A lifetime that was ended with its data kept stays, marked `kept`,
 * until the data is gone: the data is visible, but no call can be tied to the lifetime. The state of one that times out
 * outlives it, for callers that ask what has expired.
 */
export const lifetime: string = lifetimeAnd("''");

/** The same, for a script that uses one more field of the state: `life[8]` has it. */
export function lifetimeAnd(field: string): string {
  return `
local isWorkflow, state, hash = true, base .. 'w', base .. 's'
local life = redis.call('HMGET', state,
  'epoch', 'expires', 'timeout', 'kept', 'granted', 'format', 'a:' .. actor, ${field})
if life[6] and life[6] ~= '1' then error('MEM_FORMAT', 0) end
local dies, timeout, granted = tonumber(life[2] or 0), tonumber(life[3] or 0), tonumber(life[5] or 0)
local visible = dies > now
local live = visible and not life[4]

-- How long the state of a lifetime that timed out is kept for who asks.
local function remembrance(span) return math.max(span, 60000) end
local isExpired = life[1] and not visible and not life[4] and dies + remembrance(timeout) > now

-- Sees to it that the registry names this lifetime for that long; returns what to answer where it can't.
local function grantLife(span)
  if now + span <= granted then return nil end
  local name, duration = 'l:' .. string.sub(owner, 3), 2 * span + remembrance(span)
  local token = KEYS[2] and registry()(KEYS[2], name, duration, span) or lifeToken
  if token == '' then return { clock, 'UNREGISTERED', 'life', text(duration), text(span) } end
  granted = now + 2 * span
  redis.call('HSET', state, 'granted', text(granted), 'token', token)
  return nil, token
end

local tied = epoch ~= ''
if tied then
  if not live or life[1] ~= epoch then return { clock, 'ENDED' } end
  if claim ~= '' then
    ${claims}
    local token, step = string.match(claim, '^(%d+) (.*)$')
    local current = claimOf(step)
    if not current or current.isDone or current.token ~= token then return { clock, 'UNCLAIMED' } end
  end
  local unregistered = grantLife(timeout)
  if unregistered then return unregistered end
end

-- Fields of the state, each before what it becomes at the end of the script.
local becomes = {}

-- When the server frees what ends at \`dies\`: a little later, a second at most, so that most calls need not move it.
local function grave()
  local step = math.max(1, math.min(1000, math.floor(timeout / 16)))
  return (math.floor(dies / step) + 1) * step
end

-- All that is live is freed at the same moment.
local function buryAll()
  local at = grave()
  bury(state, life[4] and at or at + remembrance(timeout))
  bury(hash, at)
  bury(base .. 'sn', at)
  bury(base .. 'sx', at)
end

-- \`made\`: where there may be a key that was not there before.
local function slide(made)
  local before = grave()
  dies = now + timeout
  redis.call('HSET', state, 'expires', text(dies), unpack(becomes))
  if made or offset ~= 0 or grave() ~= before then buryAll() end
end

-- Ends every script: \`repeated\` where the call had happened before, \`made\` where it may have made a key; \`calls\`
-- where it stands for several.
local function leave(repeated, made, calls)
  if tied then
    if not repeated and activity ~= '' then
      local operations, messages, records, errors, first =
        string.match(life[7] or '0 0 0 0 ' .. text(now), '^(%d+) (%d+) (%d+) (%d+) (%d+)')
      local times = calls or 1
      if activity == 'operation' then operations = operations + times
      elseif activity == 'message' then messages = messages + times
      elseif activity == 'record' then records = records + times
      else errors = errors + times end
      -- The activity of no agent is in \`a:\`.
      becomes[#becomes + 1] = 'a:' .. actor
      becomes[#becomes + 1] = string.format('%d %d %d %d %s %.0f', operations, messages, records, errors, first, now)
    end
    slide(made)
  elseif visible then
    if #becomes > 0 then redis.call('HSET', state, unpack(becomes)) end
    if made then buryAll() end
  end
end
`;
}

/** Replaces `lifetime` for the memory of an agent outside any workflow. */
export const noLifetime = `
local isWorkflow, state, hash, dies, visible, live = false, '', '', 0, false, false
local function leave() end
`;
