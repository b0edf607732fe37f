import { createHash } from "node:crypto";

/**
 * A Lua script as the server knows it.
 *
 * Its first key is what all keys of a place begin with: it decides the slot, and every key the script touches lies in
 * it. Naming each of them would be no help, because those of entries come from the index. On a single server, the
 * second is the beginning of the tenant's registry.
 */
export interface Script {
  readonly name: string;
  readonly lua: string;
  /** How EVALSHA names it. */
  readonly sha: string;
  /** How much of the header it reads. */
  readonly headerLength: number;
}

const HEADER_LENGTH = 9;

/** Joins the parts of a script; they share one chunk, so a part sees the locals of those before it. */
export function defineScript(name: string, ...parts: readonly string[]): Script {
  const lua = parts.map((part) => part.trim()).join("\n");
  const sha = createHash("sha1").update(lua).digest("hex");
  return { name, lua, sha, headerLength: HEADER_LENGTH };
}

/** What every script is called with before arguments of its own; see `time.ts` for what reads it. */
export interface ScriptHeader {
  /** Milliseconds of the server's clock; filled in when the command is written to a connection. */
  readonly deadline: string;
  /** What a test adds to the server's time. */
  readonly offset: string;
  /** What the names of a scope begin with within its slot. */
  readonly prefix: string;
  /** The lifetime a call is tied to; empty: none. */
  readonly epoch: string;
  readonly actor: string;
  readonly activity: string;
  /** What the tenant's registry answered, in a Cluster, where a script can't reach it. */
  readonly lifeToken: string;
  readonly ownToken: string;
  /** How the registry names this place. */
  readonly owner: string;
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
  ];
}
