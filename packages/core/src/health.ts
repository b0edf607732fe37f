import type { JsonObject } from "./json.ts";

/**
 * What an acknowledged write survives: `"process"`, nothing beyond this process; `"server"`, whatever its server
 * promises; `"disk"`, kill -9 and power loss.
 */
export type Durability = "process" | "server" | "disk";

/** The health of a backend. `"degraded"` still serves; `"down"` does not. */
export interface Health {
  readonly status: "ok" | "degraded" | "down";
  readonly backend: string;
  readonly durability: Durability;
  /** Messages for people: what to know or do. */
  readonly messages: readonly string[];
  readonly details: JsonObject;
}
