import type { LogWrite } from "@mem/core";
import type { LogContent } from "./log-item.ts";
import type { Log } from "./log.ts";

/** What an append does to a log. */
export interface LogChange {
  readonly added: readonly LogWrite[];
  /** Be it of what it adds. */
  readonly dropped: readonly LogContent[];
}

/** What an append will do to a log, or to a new one. */
export function changeBy(
  log: Log | undefined,
  writes: readonly LogWrite[],
  maxItems: number,
): LogChange {
  const ids = new Set<string>();
  const added = writes.filter(({ id }) => {
    const isNew = log?.item(id) === undefined && !ids.has(id);
    ids.add(id);
    return isNew;
  });
  const excess = (log?.size ?? 0) + added.length - maxItems;
  if (excess <= 0) return { added, dropped: [] };
  const hasTies = log?.hasTies === true || added.some(({ ties = [] }) => ties.length > 0);
  const dropped = hasTies ? dropTied(log, added, excess) : oldest(log, added, excess);
  return { added, dropped };
}

function oldest(log: Log | undefined, added: readonly LogWrite[], excess: number): LogContent[] {
  const dropped: LogContent[] = log?.items.slice(0, excess) ?? [];
  return dropped.concat(added.slice(0, excess - dropped.length));
}

/** The oldest items, each with all items tied to it; items tied to the added ones come last, one by one. */
function dropTied(
  log: Log | undefined,
  added: readonly LogWrite[],
  excess: number,
): readonly LogContent[] {
  const kept = log?.items ?? [];
  const addedByTie = Map.groupBy(
    added.flatMap((item) => (item.ties ?? []).map((tie) => ({ tie, item }))),
    ({ tie }) => tie,
  );
  const tiedBy = (tie: string): Iterable<LogContent> => [
    ...(log?.tiedBy(tie) ?? []),
    ...(addedByTie.get(tie) ?? []).map(({ item }) => item),
  ];
  const last = together(added, tiedBy);
  const dropped = new Set<LogContent>();
  for (const item of kept) {
    if (dropped.size >= excess) return [...dropped];
    if (last.has(item) || dropped.has(item)) continue;
    for (const one of together([item], tiedBy)) dropped.add(one);
  }
  for (const items of [kept, added]) {
    for (const item of items) {
      if (dropped.size >= excess) return [...dropped];
      dropped.add(item);
    }
  }
  return [...dropped];
}

/** These items, those that share a tie with one of them, those that share a tie with these, and so on. */
function together(
  items: readonly LogContent[],
  tiedBy: (tie: string) => Iterable<LogContent>,
): Set<LogContent> {
  const all = new Set(items);
  const seen = new Set<string>();
  // Goes on with what is added on the way.
  for (const { ties = [] } of all) {
    for (const tie of ties) {
      if (seen.has(tie)) continue;
      seen.add(tie);
      for (const one of tiedBy(tie)) all.add(one);
    }
  }
  return all;
}
