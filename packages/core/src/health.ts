import type { JsonObject } from "./json.ts";

/**
 * What an acknowledged write survives: `"process"` nothing beyond this process, `"server"` what the server it is on
 * promises, `"disk"` kill -9 and power loss.
 */
export type Durability = "process" | "server" | "disk";

/** How a backend is. `"degraded"` still serves; `"down"` does not. */
export interface Health {
  readonly status: "ok" | "degraded" | "down";
  readonly backend: string;
  readonly durability: Durability;
  /** What a person should know or do. */
  readonly messages: readonly string[];
  readonly details: JsonObject;
}
