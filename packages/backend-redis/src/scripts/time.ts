/**
 * Begins every script. Time is the server's own, plus what a test adds to it.
 *
 * A script that arrives after its deadline does nothing: otherwise, a write that waited in the buffers of a frozen
 * server would appear long after the caller was told that it had failed.
 */
export const clock = `
local base, offset = KEYS[1], tonumber(ARGV[2])
local instant = redis.call('TIME')
local clock = instant[1] * 1000 + math.floor(instant[2] / 1000)
if clock >= tonumber(ARGV[1]) then return { clock, 'LATE' } end
local now = clock + offset
`;

/** Begins scripts that use more than the clock. */
export const time: string = `
${clock}
local prefix, epoch, actor, activity, lifeToken, ownToken, owner, claim = unpack(ARGV, 3, 10)

local FOREVER = math.huge

-- Lua prints large numbers with an exponent, which is no integer to Redis. The same few are asked for over and over.
local texts = {}
local function text(number)
  local known = texts[number]
  if not known then
    known = string.format('%.0f', number)
    texts[number] = known
  end
  return known
end

-- The server frees a key when its time is later than this: one less than the first moment at which it is expired.
local function lastMoment(at) return text(at - offset - 1) end
local function bury(key, at) redis.call('PEXPIREAT', key, lastMoment(at)) end
`;
