import { pieces } from "./pieces.ts";
import { defineLogScripts, type PlaceScripts } from "./place-scripts.ts";

/** Arguments: name of the log, then ids. Answers position and item of each, or nil for both. */
const body = `
leave(false, false)
local fields, answer = {}, { clock, 'OK' }
if not log or isOver(log) then return answer end
for i = 12, #ARGV do fields[#fields + 1] = log.ids .. ARGV[i] end
for _, position in ipairs(inPieces('HMGET', log.key, fields)) do
  answer[#answer + 1] = position
  answer[#answer + 1] = position and redis.call('HGET', log.key, log.items .. position)
end
return answer
`;

export const find: PlaceScripts = defineLogScripts("find", pieces, body);
