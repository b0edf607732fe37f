/**
 * The lifetime of the workflow and what a call tied to it does besides its own effect: it is refused when the
 * lifetime is not the current one (fencing), slides the expiry and counts the activity, all in the same step.
 *
 * While a workflow is live, all of its entries and logs are in one hash, `s`, that ends with it whatever becomes of
 * the processes that use it; `w` has the state. A lifetime that was ended with its data kept is still there, `kept`,
 * until the data goes: the data is visible, but nothing can be tied to it.
 */
export const lifetime = `
local isWorkflow, state, hash = true, base .. 'w', base .. 's'
local life = redis.call('HMGET', state, 'epoch', 'expires', 'timeout', 'kept', 'granted', 'token', 'format')
if life[7] and life[7] ~= '1' then error('MEM_FORMAT', 0) end
local dies, timeout, granted = tonumber(life[2] or 0), tonumber(life[3] or 0), tonumber(life[5] or 0)
local visible = dies > now
local live = visible and not life[4]

-- Sees to it that the registry names this lifetime for that long; returns what to answer where it can't.
local function grantLife(span)
  if now + span <= granted then return nil end
  local token = KEYS[2] and enlist(KEYS[2], 'l:' .. string.sub(owner, 3), 2 * span) or lifeToken
  if token == '' then return { clock, 'UNREGISTERED', 'life', text(2 * span) } end
  granted, life[6] = now + 2 * span, token
  redis.call('HSET', state, 'granted', text(granted), 'token', token)
  return nil
end

local tied = epoch ~= ''
if tied then
  if not live or life[1] ~= epoch then return { clock, 'ENDED' } end
  local unregistered = grantLife(timeout)
  if unregistered then return unregistered end
end

local ACTIVITIES = { operation = 1, message = 2, record = 3, error = 4 }

local function countActivity(times)
  local counts = {}
  local seen = redis.call('HGET', state, 'a:' .. actor) or '0 0 0 0 ' .. text(now)
  for number in string.gmatch(seen, '%d+') do counts[#counts + 1] = number end
  local kind = ACTIVITIES[activity]
  counts[kind] = text(counts[kind] + times)
  counts[6] = text(now)
  redis.call('HSET', state, 'a:' .. actor, table.concat(counts, ' '))
end

-- The entries of a lifetime; \`own\` are the others.
local held = { names = base .. 'sn', expiries = base .. 'sx' }
function held.key(member) return 'e' .. member end
function held.get(member) return redis.call('HGET', hash, held.key(member)) end
function held.read(keys) return inPieces('HMGET', hash, keys) end
function held.write(key, envelope) redis.call('HSET', hash, key, envelope) end
function held.remove(keys) return redis.call('HDEL', hash, unpack(keys)) end

-- All that is live ends at the same moment.
local function buryAll()
  bury(state, dies)
  bury(hash, dies)
  bury(held.names, dies)
  bury(held.expiries, dies)
end

local function slide()
  dies = now + timeout
  redis.call('HSET', state, 'expires', text(dies))
  buryAll()
end

-- Ends every script: \`repeated\` where the call had happened before, \`wrote\` where it may have made a key; \`calls\`
-- where it stands for several.
local function leave(repeated, wrote, calls)
  if tied then
    if not repeated and actor ~= '' and activity ~= '' then countActivity(calls or 1) end
    slide()
  elseif wrote and visible then
    buryAll()
  end
end
`;

/** In place of \`lifetime\` for the memory of an agent outside any workflow. */
export const noLifetime = `
local isWorkflow, state, hash, held, dies, visible, live = false, '', '', nil, 0, false, false
local function leave() end
`;
