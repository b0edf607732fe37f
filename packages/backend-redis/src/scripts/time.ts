/**
 * Begins every script. Time is the server's own, plus what a test adds to it.
 *
 * A script that arrives after the caller was told that the call has failed does nothing: without this, a write that
 * waited in the buffers of a frozen server would appear long after it was given up.
 */
export const time = `
local base, offset = KEYS[1], tonumber(ARGV[2])
local instant = redis.call('TIME')
local clock = instant[1] * 1000 + math.floor(instant[2] / 1000)
if clock >= tonumber(ARGV[1]) then return { clock, 'LATE' } end
local now = clock + offset
local prefix, epoch, actor, activity, lifeToken, ownToken, owner = unpack(ARGV, 3, 9)

-- Lua prints large numbers with an exponent, which is no integer to Redis.
local function text(number) return string.format('%.0f', number) end

-- The server frees a key when its time is later than this: one less than the first moment at which it is expired.
local function lastMoment(at) return text(at - offset - 1) end
local function bury(key, at) redis.call('PEXPIREAT', key, lastMoment(at)) end
`;
