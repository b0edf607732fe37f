import type { ExecutionRecord, RecordQuery, RecordStore } from "@mem/core";

const START = Date.UTC(2026, 0, 1, 12);
export const TENANT = "acme";
export const AGENT = "strategy";

/** The time stamp `ms` after the suite's beginning of time. */
export function at(ms: number): string {
  return new Date(START + ms).toISOString();
}

/** The n-th record of a series, one every millisecond, changed as told. */
export function record(n: number, changes: Partial<ExecutionRecord> = {}): ExecutionRecord {
  return {
    id: `record-${String(n).padStart(4, "0")}`,
    timestamp: at(n),
    agentId: AGENT,
    tenantId: TENANT,
    status: "success",
    ...changes,
  };
}

/** Records 0 to `count - 1` of a series. */
export function series(count: number, changes: Partial<ExecutionRecord> = {}): ExecutionRecord[] {
  return Array.from({ length: count }, (_, n) => record(n, changes));
}

export interface Question extends Partial<RecordQuery> {
  readonly tenantId?: string;
}

/** All that match, page by page; oldest first and in large pages unless told. */
export async function ask(store: RecordStore, question: Question = {}): Promise<ExecutionRecord[]> {
  const pages = await askPages(store, question);
  return pages.flat();
}

export async function askIds(store: RecordStore, question: Question = {}): Promise<string[]> {
  return idsOf(await ask(store, question));
}

export function idsOf(records: readonly ExecutionRecord[]): string[] {
  return records.map(({ id }) => id);
}

// More than any test needs: a cursor that leads in a circle fails the test instead of running for ever.
const MAX_PAGES = 100;

/** Each page as it came; `between` runs before the next one is asked for. */
export async function askPages(
  store: RecordStore,
  { tenantId = TENANT, ...query }: Question = {},
  between: () => Promise<void> = async () => {},
): Promise<ExecutionRecord[][]> {
  const pages: ExecutionRecord[][] = [];
  let cursor = query.cursor;
  do {
    if (pages.length > 0) await between();
    const page = await store.query(tenantId, {
      order: "oldest",
      limit: 1000,
      ...query,
      ...(cursor !== undefined && { cursor }),
    });
    pages.push([...page.items]);
    cursor = page.cursor;
  } while (cursor !== undefined && pages.length < MAX_PAGES);
  return pages;
}
