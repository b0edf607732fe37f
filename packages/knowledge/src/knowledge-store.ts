import type { LongTermStore } from "@mem/core";
import { invalidArgument } from "./invalid-argument.ts";

/** In plain JavaScript it may be missing, or be a memory instead of a store. */
export function requireStore(store: LongTermStore): void {
  if (typeof store?.get === "function" && typeof store.save === "function") return;
  throw invalidArgument("options.store", "has to be the long-term store that holds the knowledge");
}
