import type { ExecutionRecord, RecordQuery, RecordStore } from "@mem/core";

const START = Date.UTC(2026, 0, 1, 12);
export const TENANT = "acme";
export const AGENT = "strategy";

/** The timestamp `ms` after the start of the suite's time. */
export function at(ms: number): string {
  return new Date(START + ms).toISOString();
}

/** The n-th record of a series, one every millisecond, with `changes`. */
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

/** Fetches all matching records; by default, oldest first and in large pages. */
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

// More than any test needs: a cycle of cursors fails the test instead of running forever.
const MAX_PAGES = 100;

/** Fetches each page as it comes; `between` runs before each next request. */
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
