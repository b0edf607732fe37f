import { homes } from "./entries.ts";
import { definePlaceScripts, type PlaceScripts } from "./place-scripts.ts";

/**
 * Arguments: where to begin, the prefix of the keys, the limit. Answers when the workflow's lifetime expires, then a
 * page of each home: the last key that was looked at if there may be more (else empty), then key and envelope of each
 * entry. The reader merges them, because Lua compares strings by the server's locale. The pages end early at 4 MiB
 * together.
 */
const body = `
local start, limit, budget = ARGV[11], tonumber(ARGV[13]), 4194304
local from = string.sub(start, 1, 1) .. prefix .. string.sub(start, 2)
local to = '(' .. prefix .. ARGV[12] .. string.char(255)

local function page(home)
  local members = redis.call('ZRANGEBYLEX', home.names, from, to, 'LIMIT', 0, limit)
  local answer = { '' }
  for i, member in ipairs(members) do
    local key, raw = string.sub(member, #prefix + 1), home.get(member)
    if raw then
      answer[#answer + 1] = key
      answer[#answer + 1] = raw
      budget = budget - #raw
    end
    if i == limit or (budget <= 0 and i < #members) then
      answer[1] = key
      break
    end
  end
  return answer
end

local pages = { not live and page(own) or { '' }, visible and page(held) or { '' } }
leave(false, false)
return { clock, 'OK', text(dies), pages }
`;

export const list: PlaceScripts = definePlaceScripts("list", homes, body);
