import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** The part of ioredis that is used. */
export interface Ioredis {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, unit: "PX", ms: number): Promise<unknown>;
  zadd(key: string, score: number, member: string): Promise<unknown>;
  zcount(key: string, min: number | string, max: number | string): Promise<number>;
  evalsha(sha: string, keys: number, ...args: (string | number)[]): Promise<unknown>;
  script(subcommand: "LOAD", source: string): Promise<unknown>;
}

export type IoredisModule = {
  readonly Redis: new (
    url: string,
    options?: { readonly enableAutoPipelining?: boolean },
  ) => Ioredis;
};

// The one that the backend itself uses, so that both are compared on the same version.
const require = createRequire(import.meta.resolve("@mem/backend-redis"));

export async function loadIoredis(): Promise<IoredisModule> {
  return (await import(pathToFileURL(require.resolve("ioredis")).href)) as IoredisModule;
}

export function ioredisVersion(): string {
  const manifest = readFileSync(require.resolve("ioredis/package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
