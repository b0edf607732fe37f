import { DELETION_MATCH, type Deletion, type DeletionMatch } from "./agent-memory.ts";
import { checkFlag, checkOptions } from "./checks.ts";
import { halfDone, invalid } from "./errors.ts";
import { checkFilter, type Filter } from "./filter.ts";
import type { KeyLike } from "./memory-key.ts";
import type { ListOptions, WritableOptions } from "./memory-options.ts";
import type { WritableType } from "./memory-type.ts";
import type { Router } from "./router.ts";

const PAGE = 256;

export function isKeys(what: Deletion): what is readonly KeyLike[] {
  return Array.isArray(what);
}

/** Deletes all matching entries, a page at a time. Resolves to how many were deleted, or would be with `dryRun`. */
export async function deleteMatching(
  router: Router,
  type: WritableType,
  what: DeletionMatch,
  options: WritableOptions,
): Promise<number> {
  const { dryRun = false, ...match } = checkMatch(what);
  const request = { ...options, ...match, memoryType: type };
  let count = 0;
  let cursor: string | undefined;
  do {
    const deletePage = (): Promise<DeletedPage> => deleteOnePage(router, request, cursor, dryRun);
    const page = await (count > 0 && !dryRun ? halfDone(deletePage) : deletePage());
    count += page.deleted;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return count;
}

interface DeletedPage {
  readonly deleted: number;
  readonly cursor: string | undefined;
}

async function deleteOnePage(
  router: Router,
  match: ListOptions & { readonly memoryType: WritableType },
  cursor: string | undefined,
  dryRun: boolean,
): Promise<DeletedPage> {
  const page = await router.page(match, cursor, PAGE);
  // Only the version that was read: an entry that was changed meanwhile may no longer match.
  const removals = page.items.map(({ key, version }) => ({ key, ifVersion: version }));
  const deleted = dryRun
    ? removals.map(() => true)
    : await router.remove(match.memoryType, removals, match.signal);
  return { deleted: deleted.filter(Boolean).length, cursor: page.cursor };
}

/** An empty match would delete everything, and one with a typo in a name more than was meant. */
function checkMatch(match: DeletionMatch): DeletionMatch {
  checkOptions(match, DELETION_MATCH, "what");
  if (match.dryRun !== undefined) checkFlag(match.dryRun, "what.dryRun");
  const filter = match.filter && checkFilter(match.filter, "what.filter");
  if ((match.prefix ?? "") === "" && (filter === undefined || saysNothing(filter))) {
    throw invalid("what", "names neither keys nor a prefix or filter; name what is to go");
  }
  return match;
}

function saysNothing(filter: Filter): boolean {
  return filter.op === "and" && filter.filters.every(saysNothing);
}
