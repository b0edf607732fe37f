import { entries } from "./entries.ts";
import { ownGrant } from "./own-grant.ts";
import { defineAgentScript, defineWorkflowScript, type PlaceScripts } from "./place-scripts.ts";
import { registryOfPlace } from "./registry.ts";

/**
 * Arguments: the number of writes of each call, if calls are counted; then, for each run of writes with the same terms,
 * their number, the terms, and of each write the key and the part of the envelope after its times. Terms are ttl, opId
 * and conditions with blanks between, where `-` is ifAbsent and `=` begins ifVersion.
 *
 * Answers index, verdict and current version of every write that was not simply stored. Judges all writes first, in
 * order, which also finds foreign data, and only then changes anything.
 */
const body = `
local match, stamp = string.match, text(now)

local function ending(expires)
  return expires == nil and 'null' or (expires == FOREVER and '0' or text(expires))
end

local function termsOf(argument)
  local ttl, op, absent, expected = match(argument, '^(%S+) (%S*) (-?)(.*)$')
  local terms = { ttl = ttl, op = op, absent = absent ~= '', expected = expected }
  terms.isPlain = op == '' and absent == '' and expected == '' and ttl ~= 'keep'
  if ttl == 'null' then terms.expires = FOREVER
  elseif ttl ~= 'keep' and ttl ~= 'session' then terms.expires = now + ttl end
  terms.times = ',' .. stamp .. ',' .. ending(terms.expires) .. ','
  return terms
end

local members, contents, terms, from = {}, {}, {}, 12
while from < #ARGV do
  local count, shared = tonumber(ARGV[from]), termsOf(ARGV[from + 1])
  for at = from + 2, from + 2 * count, 2 do
    local i = #members + 1
    members[i], contents[i], terms[i] = prefix .. ARGV[at], ARGV[at + 1], shared
  end
  from = from + 2 + 2 * count
end

local source, home, total = visible and held or own, live and held or own, #members
-- A share of the calls does the work of all: it costs each write a look at the index.
if total > 8 or clock % 8 == 0 then
  local due = math.max(160, 2 * total)
  -- A call takes no more than some thousand arguments.
  while due > 0 and sweep(home, math.min(due, 1000)) == 1000 do due = due - 1000 end
end
local ends = home == own and redis.call('PTTL', own.expiries)
-- Then all that is there has an expiry, which is not over: of what a write replaces, only its age is of interest.
local isPlain = home == own and not visible and offset == 0 and ends ~= -1
local ANY = { home = own }

local keys = keysOf(source, members)
local raws = source.read(keys)
if source ~= home then keys = keysOf(home, members) end

-- By name: what was there, and the last write that takes its place.
local before, after, changed = {}, {}, {}
local envelopes, expiries, latest, refit = {}, {}, 0, false
local answer, repeated = { clock, 'OK' }, {}
for i = 1, total do
  local member, wanted, written = members[i], terms[i], after[members[i]]
  if wanted.ttl == 'session' and not live then return { clock, 'ENDED' } end
  local current, created
  if written then current = header(envelopes[written], home)
  elseif raws[i] then
    created = isPlain and wanted.isPlain and match(raws[i], '^%[1,(%d+),%d+,%d+,"[^"]*","[^"]*",')
    if not created then current = readable(raws[i], source) end
  else current = elsewhere(member) or nil end
  if not written then before[member] = created and ANY or current end

  repeated[i] = current and wanted.op ~= '' and current.op == wanted.op
  local isRefused = (wanted.absent and current)
    or (wanted.expected ~= '' and not (current and '=' .. current.version == wanted.expected))
  if repeated[i] or isRefused then
    answer[#answer + 1] = i
    answer[#answer + 1] = repeated[i] and 'repeated' or 'refused'
    answer[#answer + 1] = current and current.version or ''
  else
    local expires, times = wanted.expires, wanted.times
    if wanted.ttl == 'keep' then
      expires = FOREVER
      if current then expires = current.expires end
      -- What is kept of an ended lifetime has its end, and no lifetime any more.
      if expires == nil and not live then expires = dies end
      times = ',' .. stamp .. ',' .. ending(expires) .. ','
    end
    envelopes[i] = '[1,' .. (created or (current and current.created) or stamp) .. times .. contents[i] .. ']'
    expiries[i] = expires
    if not written then changed[#changed + 1] = member end
    after[member] = i
    if expires and expires > latest then latest = expires end
    -- The index may end with its latest entry once the last that lives for ever is gone.
    refit = refit or (current and current.expires == FOREVER and expires ~= FOREVER)
  end
end
if home == own and latest > 0 then
  local unregistered = grantOwn(latest)
  if unregistered then return unregistered end
  refit = refit or (ends ~= -1 and latest >= now + ends)
end

-- The index first: where it is not ours it fails before anything has changed.
local unnamed, scored, unscored = {}, {}, {}
local isIndexed = redis.call('ZCARD', home.names) > 0
for i = 1, #changed do
  local member = changed[i]
  local old, expires = before[member], expiries[after[member]]
  if not isIndexed or not old or old.home ~= home then
    unnamed[#unnamed + 1] = 0
    unnamed[#unnamed + 1] = member
  end
  if expires == nil then unscored[#unscored + 1] = member
  else
    scored[#scored + 1] = expires == FOREVER and '+inf' or text(expires)
    scored[#scored + 1] = member
  end
end
inPieces('ZADD', home.names, unnamed)
inPieces('ZADD', home.expiries, scored)
inPieces('ZREM', home.expiries, unscored)
for i = 1, #changed do
  local at = after[changed[i]]
  if visible and home == own then drop(held, { changed[i] }) end
  home.write(keys[at], envelopes[at], expiries[at])
end
if refit and home == own then fitIndex() end
if #changed > 0 then tell() end

-- A call whose writes had all happened before is not counted again.
local calls, at = 0, 1
for size in string.gmatch(ARGV[11], '%d+') do
  local isNew = size == '0'
  for i = at, at + size - 1 do isNew = isNew or not repeated[i] end
  if isNew then calls = calls + 1 end
  at = at + size
end
leave(calls == 0, home == held and (not isIndexed or #scored > 0), calls)
return answer
`;

export const save: PlaceScripts = {
  agent: defineAgentScript("save", registryOfPlace, entries, ownGrant, body),
  workflow: defineWorkflowScript("save", entries, ownGrant, body),
};
