import { inspect } from "node:util";
import type { Player } from "./player.ts";

/** A call that can be played on any backend, and described. */
export interface Operation {
  readonly method: string;
  readonly args: object;
  run(player: Player): Promise<unknown>;
}

/** Describes an operation in one line. */
export function tell({ method, args }: Operation): string {
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  const shown = Array.isArray(args) ? args : Object.fromEntries(given);
  return `${method} ${inspect(shown, { breakLength: Infinity, compact: true, depth: 10 })}`;
}
