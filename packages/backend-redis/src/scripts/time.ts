/**
 * Begins every script. Time is the server's own, plus what a test adds to it.
 *
 * A script that arrives after the caller was told that the call has failed does nothing: without this, a write that
 * waited in the buffers of a frozen server would appear long after it was given up.
 */
export const clock = `
local base, offset = KEYS[1], tonumber(ARGV[2])
local instant = redis.call('TIME')
local clock = instant[1] * 1000 + math.floor(instant[2] / 1000)
if clock >= tonumber(ARGV[1]) then return { clock, 'LATE' } end
local now = clock + offset
`;

/** What scripts have in common that do more than look at the clock. */
export const time: string = `
${clock}
local prefix, epoch, actor, activity, lifeToken, ownToken, owner = unpack(ARGV, 3, 9)

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

-- A call takes no more than some thousand arguments; answers, where they are lists, are joined.
local function inPieces(command, key, list)
  local joined = {}
  for from = 1, #list, 1000 do
    local to, answer = math.min(from + 999, #list)
    if key then answer = redis.call(command, key, unpack(list, from, to))
    else answer = redis.call(command, unpack(list, from, to)) end
    if to - from + 1 == #list then return answer end
    if type(answer) == 'table' then
      for i = 1, #answer do joined[#joined + 1] = answer[i] end
    end
  end
  return joined
end

-- The server frees a key when its time is later than this: one less than the first moment at which it is expired.
local function lastMoment(at) return text(at - offset - 1) end
local function bury(key, at) redis.call('PEXPIREAT', key, lastMoment(at)) end
`;
