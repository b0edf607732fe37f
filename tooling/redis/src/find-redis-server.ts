import { access, constants } from "node:fs/promises";
import { delimiter, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { bringRedisFromDebian } from "./debian-packages.ts";
import { inspectBinary, type RedisBinary } from "./redis-binary.ts";

export interface FindRedisOptions {
  /** Where `MEM_TEST_REDIS_SERVER` and `PATH` are read. Default: the environment of this process. */
  env?: Readonly<Record<string, string | undefined>>;
  /** The folder for an unpacked server. Default: `.cache/redis` of the project. */
  cacheDir?: string;
  /** Called with one line when a server is being unpacked. Default: writes it to stderr. */
  announce?: (line: string) => void;
}

/**
 * Finds a server: the one that `MEM_TEST_REDIS_SERVER` names, else `redis-server` or
 * `valkey-server` from PATH, else, on Debian and Ubuntu, the distribution's own packages unpacked
 * into the cache folder; nothing is installed, and root is not required.
 */
export async function findRedisServer(options: FindRedisOptions = {}): Promise<RedisBinary> {
  const env = options.env ?? process.env;
  const named = env["MEM_TEST_REDIS_SERVER"] ?? "";
  if (named !== "") return await inspectBinary(resolve(named), "MEM_TEST_REDIS_SERVER names");
  for (const name of ["redis-server", "valkey-server"]) {
    const path = await findOnPath(name, env["PATH"] ?? "");
    if (path !== undefined) return await inspectBinary(path, "PATH holds");
  }
  const cacheDir =
    options.cacheDir ?? fileURLToPath(new URL("../../../.cache/redis", import.meta.url));
  return await bringRedisFromDebian(cacheDir, options.announce ?? ((line) => console.error(line)));
}

async function findOnPath(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((entry) => entry !== "")) {
    const candidate = resolve(folder, name);
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
