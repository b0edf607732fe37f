import { logUpkeep } from "./log-upkeep.ts";
import { logWrites } from "./logs.ts";
import { defineLogScripts, type PlaceScripts } from "./place-scripts.ts";

/**
 * Arguments: name of the log, id, expected number of edits (empty: any), and the new value, absent to remove the item.
 * Answers position and item, nothing if no item has this id, or EDITED if the item was edited since.
 */
const body = `
local id, edits = ARGV[12], ARGV[13]
leave(false, false)
if not log or isOver(log) then return { clock, 'OK' } end
local position = tonumber(redis.call('HGET', log.key, log.ids .. id))
if not position then return { clock, 'OK' } end
local item = itemAt(log, position)
local _, ties = namesOf(item)
local at, known = string.match(item, '^%[2,(%d+),"[^"]*",(%d+),')
if not at then at, known = string.match(item, '^%[1,(%d+),'), '0' end
if edits ~= '' and edits ~= known then return { clock, 'EDITED' } end
if #ARGV == 13 then
  untie(log, position, ties)
  takeOut(log, position, id)
  writeBounds(log)
else
  item = '[2,' .. at .. ',"' .. id .. '",' .. text(known + 1) .. ',[' .. ties .. '],' .. ARGV[14] .. ']'
  redis.call('HSET', log.key, log.items .. position, item)
end
return { clock, 'OK', position, item }
`;

export const edit: PlaceScripts = defineLogScripts("edit", logWrites, logUpkeep, body);
