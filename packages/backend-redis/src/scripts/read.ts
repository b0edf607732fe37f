import { entries } from "./entries.ts";
import { logs } from "./logs.ts";
import { definePlaceScripts, type PlaceScripts } from "./place-scripts.ts";

/** Arguments: name of the log, limit, before, after. Answers the first position and the items from there on. */
const body = `
local log = locate(ARGV[10])
leave(false, false)
if not log or isOver(log) then return { clock, 'OK', 0 } end
local to = math.min(log.last, tonumber(ARGV[12]) - 1)
local from = math.max(log.first, tonumber(ARGV[13]) + 1, to - tonumber(ARGV[11]) + 1)
local answer = { clock, 'OK', from }
for start = from, to, 1000 do
  local fields = {}
  for position = start, math.min(start + 999, to) do fields[#fields + 1] = itemField(log, position) end
  for _, item in ipairs(redis.call('HMGET', log.key, unpack(fields))) do answer[#answer + 1] = item end
end
return answer
`;

export const read: PlaceScripts = definePlaceScripts("read", entries, logs, body);
