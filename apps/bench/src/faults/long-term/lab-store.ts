import type { LongTermStore } from "@mem/core";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import { createRawStore } from "./raw-store.ts";

/** What the lab does with a store. */
export type LabStore = Pick<
  LongTermStore,
  "get" | "save" | "delete" | "list" | "count" | "search" | "flush" | "health" | "verify" | "close"
>;

/** Who is struck: the store of this project, or LanceDB as it is mostly used. */
export type Subject = "mem" | "raw";

export function openLabStore(subject: Subject, uri: string): LabStore {
  return subject === "raw" ? createRawStore(uri) : createLanceDbStore({ uri });
}
