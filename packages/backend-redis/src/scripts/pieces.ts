/** Runs a command with as many arguments as a call may have; comes before what uses it. */
export const pieces = `
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
`;
