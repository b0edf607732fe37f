import type { LongTermEntry } from "@mem/core";
import { COMMON_WORD, isAsWritten, operationOf, scope, wordOf } from "./content.ts";
import type { FindingKind, Problem } from "../lab/finding.ts";
import type { LabStore } from "./lab-store.ts";
import type { Ledger } from "./ledger.ts";
import { listAll, searchFor } from "./store-state.ts";

const WORDS = 5;

/**
 * Reads everything in every possible way while nobody writes: what is found has to be what the ledger allows, whole,
 * without duplicates, and the same by get, list, count and search. The ledger then takes it as the current state.
 */
export async function inspect(store: LabStore, ledger: Ledger): Promise<Problem[]> {
  const problems: Problem[] = [];
  const object = (kind: FindingKind, message: string): void => {
    problems.push({ kind, message });
  };
  const listed = await listAll(store);
  const byKey = new Map(listed.map((entry) => [entry.key, entry]));
  const found = new Map(listed.map((entry) => [entry.key, operationOf(entry)]));
  if (byKey.size !== listed.length) {
    object("duplicate", `${listed.length} entries are listed under ${byKey.size} keys`);
  }
  for (const entry of listed) {
    if (!isAsWritten(entry)) object("wrong data", `${entry.key} is not what was written`);
  }
  const keys = [...new Set([...ledger.keys(), ...byKey.keys()])];
  for (const key of keys) {
    const objection = ledger.objection(key, found.get(key) ?? null);
    if (objection !== undefined) problems.push(objection);
  }

  for (let i = 0; i < keys.length; i += 100) {
    const some = keys.slice(i, i + 100);
    const got = await store.get(scope, some);
    for (const [at, key] of some.entries()) {
      if (got[at]?.version === byKey.get(key)?.version) continue;
      object("disagreement", `${key}: get finds ${nameOf(got[at])}, list ${found.get(key)}`);
    }
  }
  const count = await store.count(scope);
  if (count !== listed.length) object("disagreement", `count ${count}, listed ${listed.length}`);
  compare(await searchFor(store, COMMON_WORD), byKey, object);
  for (const key of keys.slice(0, WORDS)) {
    const hits = await searchFor(store, wordOf(key));
    if (hits.length > 1) object("duplicate", `${hits.length} hits for the word of ${key}`);
    if (hits[0]?.version === byKey.get(key)?.version) continue;
    object("disagreement", `${key}: search finds ${nameOf(hits[0])}, list ${found.get(key)}`);
  }
  ledger.settle(found);
  return problems;
}

function compare(
  hits: readonly LongTermEntry[],
  byKey: ReadonlyMap<string, LongTermEntry>,
  object: (kind: FindingKind, message: string) => void,
): void {
  const keys = new Set(hits.map(({ key }) => key));
  if (keys.size !== hits.length) object("duplicate", `${hits.length} hits of ${keys.size} keys`);
  for (const hit of hits) {
    if (byKey.get(hit.key)?.version === hit.version) continue;
    object("disagreement", `search finds ${nameOf(hit)} of ${hit.key}, which is not listed`);
  }
  for (const key of byKey.keys()) {
    if (!keys.has(key)) object("disagreement", `${key} is listed, but search does not find it`);
  }
}

function nameOf(entry: LongTermEntry | undefined): string {
  return entry === undefined ? "nothing" : operationOf(entry);
}
