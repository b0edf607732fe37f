import { isMemoryError } from "@mem/core";
import type { Redis } from "ioredis";
import type { Ask } from "./connection.ts";

/** What a server reports about itself, by name. */
export type Fields = ReadonlyMap<string, string>;

export function fieldsOf(info: string): Fields {
  const fields = new Map<string, string>();
  for (const line of info.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

/** Returns undefined if the Redis user may not run INFO. */
export async function readInfo(ask: Ask, node: Redis | undefined): Promise<Fields | undefined> {
  const reply = await allowed(ask({ command: "info", args: [], ...(node && { node }) }));
  return reply === undefined ? undefined : fieldsOf(reply as string);
}

/** Returns undefined if the Redis user may not run CONFIG GET, as on most hosted servers. */
export async function readSettings(
  ask: Ask,
  node: Redis | undefined,
  names: readonly string[],
): Promise<Fields | undefined> {
  const settings = new Map<string, string>();
  for (const name of names) {
    const reply = await allowed(
      ask({ command: "config", args: ["get", name], ...(node && { node }) }),
    );
    if (reply === undefined) return undefined;
    // A given client may map such a reply to an object.
    const value = Array.isArray(reply) ? reply[1] : (reply as Record<string, unknown>)[name];
    settings.set(name, String(value ?? ""));
  }
  return settings;
}

async function allowed(reply: Promise<unknown>): Promise<unknown> {
  try {
    return await reply;
  } catch (error) {
    if (isMemoryError(error) && !error.retryable) return undefined;
    throw error;
  }
}
