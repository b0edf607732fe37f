import type {
  ClaimRequest,
  Increment,
  LogBounds,
  LogEdit,
  LogWrite,
  ShortTermWrite,
  WorkflowStart,
} from "@mem/core";
import { bounded, type Account, type Amount } from "./account.ts";
import type { Collection } from "./collection.ts";
import { sizeOf } from "./footprint.ts";
import type { Lifetime } from "./lifetime.ts";
import { changeBy } from "./log-change.ts";
import type { Space } from "./space.ts";
import type { StoredEntry } from "./stored-entry.ts";
import type { Tenant } from "./tenant.ts";

/** How much more is kept after a write than before. */
export interface Growth extends Amount {
  /** The total size after the write, of all that it concerns, if there were no other entries. */
  readonly alone: Amount;
  /** The entries that the write concerns, written or only read: they are in use and not evicted for it. */
  readonly uses: readonly StoredEntry[];
}

const NOTHING: Amount = { items: 0, bytes: 0 };

/** What a save adds. `bytes` has the size of each of the writes. */
export function growthOfSave(
  account: Account,
  space: Space | undefined,
  writes: readonly ShortTermWrite[],
  bytes: readonly number[],
): Growth {
  const entries = space?.entries;
  const uses: StoredEntry[] = [];
  const after = { items: 0, bytes: 0 };
  writes.forEach((write, i) => {
    const there = entries?.peek(write.key);
    if (there !== undefined) uses.push(there);
    const stores = entries?.wouldStore(write) ?? write.ifVersion === undefined;
    if (there === undefined && !stores) return;
    after.items++;
    after.bytes += stores ? (bytes[i] as number) : sizeOfEntry(there as StoredEntry);
  });
  return growthOfEntries(account, entries, uses, after);
}

/** What an increment adds. */
export function growthOfIncrement(
  account: Account,
  space: Space | undefined,
  { key, ttlMs, opId }: Increment,
): Growth {
  const { footprints } = account;
  const current = space?.entries.find(key);
  if (current !== undefined) {
    const more = footprints.opId(opId) - footprints.opId(current.opId);
    const after = { items: 1, bytes: sizeOfEntry(current) + more };
    return growthOfEntries(account, space?.entries, [current], after);
  }
  const counter = { key, value: 0, source: "agent", ttlMs } as const;
  const write = opId === undefined ? counter : { ...counter, opId };
  return growthOfSave(account, space, [write], [footprints.entry(write)]);
}

/** What an append adds. */
export function growthOfAppend(
  { footprints }: Account,
  space: Space | undefined,
  name: string,
  items: readonly LogWrite[],
  { maxItems }: LogBounds,
): Growth {
  if (items.length === 0) return lasting(NOTHING);
  const log = space?.log(name);
  const { added, dropped } = changeBy(log, items, maxItems);
  const bytes = sizeOf(added, footprints.logItem) - sizeOf(dropped, footprints.logItem);
  return lasting({
    items: added.length - dropped.length,
    bytes: log === undefined ? footprints.log(name) + bytes : bytes,
  });
}

/** What the edit of a log item adds. */
export function growthOfEdit(
  { footprints }: Account,
  space: Space | undefined,
  name: string,
  { id, value, ifEdits }: LogEdit,
): Growth {
  const item = space?.log(name)?.item(id);
  if (item === undefined || value === undefined) return lasting(NOTHING);
  if (ifEdits !== undefined && ifEdits !== item.edits) return lasting(NOTHING);
  const bytes = footprints.logItem({ ...item, value }) - footprints.logItem(item);
  return lasting({ items: 0, bytes });
}

/** What a claim adds. */
export function growthOfClaim(
  { footprints }: Account,
  { claims }: Lifetime,
  request: ClaimRequest,
): Growth {
  const isMade = claims === undefined || claims.isFree(request.step);
  return lasting(isMade ? { items: 1, bytes: footprints.claim(request) } : NOTHING);
}

/** What the start of a session adds. */
export function growthOfStart(
  { footprints }: Account,
  tenant: Tenant | undefined,
  workflowId: string,
  { join, metadata }: WorkflowStart,
): Growth {
  if (join === "must-exist" || tenant?.lifetime(workflowId) !== undefined) return lasting(NOTHING);
  const bytes = footprints.session(workflowId, metadata);
  // The start of the next lifetime reports the one before, which is then removed.
  const before = tenant?.expired(workflowId)?.lifetime.start;
  if (before === undefined) return lasting({ items: 1, bytes });
  return lasting({ items: 0, bytes: bytes - footprints.session(workflowId, before.metadata) });
}

function growthOfEntries(
  { footprints }: Account,
  entries: Collection | undefined,
  uses: readonly StoredEntry[],
  after: Amount,
): Growth {
  const isFirst = entries === undefined || entries.size === 0;
  const scope = after.items === 0 ? 0 : footprints.scope;
  return {
    items: after.items - uses.length,
    bytes: after.bytes - sizeOf(uses, sizeOfEntry) + (isFirst ? scope : 0),
    alone: { items: after.items, bytes: after.bytes + scope },
    uses,
  };
}

function lasting(amount: Amount): Growth {
  return { ...amount, alone: amount, uses: [] };
}

function sizeOfEntry(entry: StoredEntry): number {
  return bounded(entry).bytes;
}
