import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RedisServer } from "@mem/redis-server";

/** Searches every key and everything under it, uncompressed, as no `DUMP` is. */
const SEARCH = `
local reads = {
  string = { "GET" },
  hash = { "HGETALL" },
  list = { "LRANGE", "0", "-1" },
  set = { "SMEMBERS" },
  zset = { "ZRANGE", "0", "-1" },
  stream = { "XRANGE", "-", "+" },
}
local places = {}
local function look(what, place)
  if type(what) == "table" then
    for _, each in ipairs(what) do look(each, place) end
    return
  end
  for _, mark in ipairs(ARGV) do
    if string.find(what, mark, 1, true) then places[#places + 1] = mark .. " in " .. place end
  end
end
for _, key in ipairs(redis.call("KEYS", "*")) do
  local kind = redis.call("TYPE", key).ok
  local read = reads[kind]
  look(key, "the key " .. key)
  if read then
    local rest = { select(2, unpack(read)) }
    look(redis.call(read[1], key, unpack(rest)), kind .. " " .. key)
  elseif kind ~= "none" then
    places[#places + 1] = "unknown kind " .. kind .. " of " .. key
  end
end
return places`;

/** Finds where any of these texts is in a server: in the name of a key, or in what is under it. */
export async function searchRedis(
  server: RedisServer,
  marks: readonly string[],
): Promise<readonly string[]> {
  if (marks.length === 0) return [];
  return [...new Set((await server.command("EVAL", SEARCH, "0", ...marks)) as string[])];
}

/** Finds where any of these texts is in the files of a folder. */
export async function searchFolder(
  folder: string,
  marks: readonly string[],
): Promise<readonly string[]> {
  const places: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isFile() ? await readFile(path) : Buffer.alloc(0);
    for (const mark of marks) {
      if (content.includes(mark) || entry.name.includes(mark)) places.push(`${mark} in ${path}`);
    }
  }
  return places;
}
