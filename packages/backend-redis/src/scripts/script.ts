import { createHash } from "node:crypto";

/**
 * A Lua script as the server knows it.
 *
 * Its first key is the prefix of all keys of a place: it determines the slot, and every key that the script touches is
 * in that slot. These can't all be named in advance, because those of entries come from the index. On a single server,
 * the second key is the prefix of the tenant's registry.
 */
export interface Script {
  readonly name: string;
  readonly lua: string;
  /** The hash by which EVALSHA names it. */
  readonly sha: string;
  /** How many arguments of the header it reads. */
  readonly headerLength: number;
}

const HEADER_LENGTH = 10;

/** Joins the parts of a script; they share one chunk, so a part sees the locals of those before it. */
export function defineScript(name: string, ...parts: readonly string[]): Script {
  const lua = parts.map((part) => part.trim()).join("\n");
  const sha = createHash("sha1").update(lua).digest("hex");
  return { name, lua, sha, headerLength: HEADER_LENGTH };
}

/** The arguments of every script before its own; `time.ts` reads them. */
export interface ScriptHeader {
  /** Milliseconds of the server's clock; filled in when the command is written to a connection. */
  readonly deadline: string;
  /** Milliseconds that a test adds to the server's time. */
  readonly offset: string;
  /** Prefix of a scope's names within its slot. */
  readonly prefix: string;
  /** The lifetime a call is tied to; empty: none. */
  readonly epoch: string;
  readonly actor: string;
  readonly activity: string;
  /** Tokens from the tenant's registry; only in a Cluster, where a script can't reach the registry. */
  readonly lifeToken: string;
  readonly ownToken: string;
  /** The name of this place in the registry. */
  readonly owner: string;
  /** The claim that the call depends on: token, blank, step; empty: none. */
  readonly claim: string;
}

export function headerArgs(header: ScriptHeader): string[] {
  return [
    header.deadline,
    header.offset,
    header.prefix,
    header.epoch,
    header.actor,
    header.activity,
    header.lifeToken,
    header.ownToken,
    header.owner,
    header.claim,
  ];
}
