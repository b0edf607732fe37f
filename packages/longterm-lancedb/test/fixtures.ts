import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type {
  AgentScope,
  LongTermStore,
  LongTermWrite,
  SearchRequest,
  SearchScope,
} from "@mem/core";
import { onTestFinished } from "vitest";
import { createLanceDbStore, type LanceDbStoreOptions } from "../src/index.ts";

export const scope: AgentScope = { tenantId: "acme", agentId: "writer" };
export const here: SearchScope = { tenantId: "acme", agentIds: ["writer"] };

/** The path of a store in a folder that is removed after the test. */
export async function storeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mem-lancedb-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "store");
}

/** A store that is closed with the test. */
export function openStore(
  uri: string,
  options: Omit<LanceDbStoreOptions, "uri"> = {},
): LongTermStore {
  const store = createLanceDbStore({ uri, ...options });
  onTestFinished(() => store.close());
  return store;
}

export function write(key: string, fields: Partial<LongTermWrite> = {}): LongTermWrite {
  return { key, value: null, text: "", source: "agent", ...fields };
}

export function query(text: string, fields: Partial<SearchRequest> = {}): SearchRequest {
  return { text, topK: 10, mode: "keyword", neighbours: false, ...fields };
}

/** Calls `holds` until it resolves with true; rejects after ten seconds. */
export async function eventually(
  holds: () => Promise<boolean>,
  pause: () => Promise<unknown> = () => setTimeout(50),
): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error("it did not come to hold in ten seconds");
    await pause();
  }
}
