import type { Table } from "@lancedb/lancedb";
import type { Clock } from "@mem/core";
import type { Database } from "../table/database.ts";
import type { HistoryRow } from "./history-row.ts";
import { columnIn } from "../table/sql.ts";
import { scopeOfId } from "../table/row.ts";
import {
  readDescription,
  writeDescription,
  type HistoryDescription,
} from "../store/store-description.ts";

const DAY_MS = 86_400_000;
const DROPPED_AT_ONCE = 2_000;
/** Sorts after every place in a log. */
const NEVER = "~";

type Happened = Pick<HistoryRow, "id" | "place" | "kind">;

/** From when on a history is complete, in milliseconds since 1970. */
export function horizonOf({ since, retentionDays }: HistoryDescription, now: number): number {
  return Math.max(since, now - retentionDays * DAY_MS);
}

/**
 * Removes rows from the history table whose retention is over. The state that an entry had when the retention period
 * began stays. Call it under the lock, to be published.
 */
export async function dropExpired(history: Table, database: Database, clock: Clock): Promise<void> {
  const { description: path } = database.location;
  const description = await readDescription(path);
  if (description?.history === undefined) return;
  const horizon = horizonOf(description.history, clock.now());
  const places = await expiredPlaces(history, horizon);
  if (places.length === 0) return;
  // Written before anything is removed: if the retention is extended later, nothing before this may be asked for.
  const kept = { ...description.history, since: horizon };
  await writeDescription(path, { ...description, history: kept });
  for (let i = 0; i < places.length; i += DROPPED_AT_ONCE) {
    await history.delete(columnIn("place", places.slice(i, i + DROPPED_AT_ONCE)));
  }
}

/** The places of rows that no question about `horizon` or a later time needs. */
async function expiredPlaces(history: Table, horizon: number): Promise<string[]> {
  const expired: string[] = [];
  const newest = new Map<string, Happened>();
  for await (const one of happenedBy(history, horizon)) {
    const before = newest.get(one.id);
    const isNewer = before === undefined || before.place < one.place;
    if (isNewer) newest.set(one.id, one);
    const other = isNewer ? before : one;
    if (other !== undefined) expired.push(other.place);
  }
  if (newest.size === 0) return expired;
  const firstLater = await firstPlaceAfter(history, horizon);
  for (const { id, place, kind } of newest.values()) {
    // An ending is needed while a later row may precede it in the log: clocks can disagree with the order of the log.
    const isNothing = kind !== "entry" && place < firstLater;
    const isEnded = clearingsOf(id).some((each) => (newest.get(each)?.place ?? "") > place);
    if (isNothing || (isEnded && (kind === "entry" || kind === "deleted"))) expired.push(place);
  }
  return expired;
}

async function* happenedBy(history: Table, horizon: number): AsyncGenerator<Happened> {
  const rows = history.query().where(`at <= ${horizon}`).select(["id", "place", "kind"]);
  for await (const batch of rows) {
    for (let i = 0; i < batch.numRows; i++) yield batch.get(i)?.toJSON() as unknown as Happened;
  }
}

async function firstPlaceAfter(history: Table, horizon: number): Promise<string> {
  const [first]: Happened[] = await history
    .query()
    .where(`at > ${horizon}`)
    .orderBy({ columnName: "place", ascending: true })
    .select(["place"])
    .limit(1)
    .toArray();
  return first?.place ?? NEVER;
}

/** The ids of the clearings that can end an entry: see `clearingIds`. */
function clearingsOf(id: string): string[] {
  const scope = scopeOfId(id);
  const [tenant, workflow] = scope.split(":");
  return [`${scope}:`, `${tenant}:${workflow}:`];
}
