import type { LongTermStore } from "@mem/core";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import type { Subject } from "../lab/fault.ts";
import { createRawStore } from "./raw-store.ts";

/** The part of a store that the lab uses. */
export type LabStore = Pick<
  LongTermStore,
  "get" | "save" | "delete" | "list" | "count" | "search" | "flush" | "health" | "verify" | "close"
>;

/** This project's store, or LanceDB as most people use it. */
export function openLabStore(subject: Subject, uri: string): LabStore {
  return subject === "raw" ? createRawStore(uri) : createLanceDbStore({ uri });
}
