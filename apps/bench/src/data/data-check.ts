import { createHash } from "node:crypto";
import { join } from "node:path";
import { readLines, type DataLines } from "./data-set.ts";
import type { Counts, Source } from "./sources.ts";

/** What was found in the folder of a set. */
export interface Finding {
  readonly counts?: Counts;
  /** The digest of everything that is read: equal digests mean equal figures. */
  readonly digest?: string;
  /** What is wrong with it, most telling first; empty if nothing is. */
  readonly problems: readonly string[];
}

const SHOWN = 12;

/** Reads a set and checks that it is what the figures were measured on. */
export async function checkDataSet(folder: string, name: string, source: Source): Promise<Finding> {
  let lines: DataLines;
  try {
    lines = await readLines(join(folder, name));
  } catch (error) {
    return { problems: [(error as Error).message] };
  }
  const { docs, queries, judgements } = lines;
  const counts = {
    docs: docs.length,
    queries: queries.length,
    judgements: judgements.length,
  };
  return {
    counts,
    digest: digestOf(lines),
    problems: [...problemsOf(lines, source), ...differences(counts, source.counts)],
  };
}

/** Depends on the order of documents and queries, but not on that of judgements. */
export function digestOf({ docs, queries, judgements }: DataLines): string {
  const hash = createHash("sha256");
  const put = (values: readonly unknown[]): void => {
    hash.update(`${JSON.stringify(values)}\n`);
  };
  for (const { id, text, meta } of docs) put([id, text, meta?.scope, meta?.session]);
  for (const { id, text, meta } of queries) put([id, text, meta?.scope]);
  put(judgements.map(({ query, doc, rel }) => JSON.stringify([query, doc, rel])).toSorted());
  return hash.digest("hex").slice(0, SHOWN);
}

function problemsOf({ docs, queries, judgements }: DataLines, { isScoped }: Source): string[] {
  const scopes = new Map(docs.map(({ id, meta }) => [id, meta?.scope]));
  const asked = new Map(queries.map(({ id, meta }) => [id, meta?.scope]));
  const judged = new Set(judgements.map(({ query, doc }) => JSON.stringify([query, doc])));
  const lacksText = [...docs, ...queries].filter(
    ({ id, text }) => typeof id !== "string" || typeof text !== "string",
  );
  const lacksScope = [...docs, ...queries].filter(({ meta }) => meta?.scope === undefined);
  const unknown = judgements.filter(({ query, doc }) => !asked.has(query) || !scopes.has(doc));
  const astray = judgements.filter(({ query, doc }) => asked.get(query) !== scopes.get(doc));
  const ungraded = judgements.filter(({ rel }) => typeof rel !== "number");
  const findings: readonly (readonly [number, string])[] = [
    [lacksText.length, "lines of docs or queries have no string id or no text string"],
    [docs.length - scopes.size, "documents have the id of another document"],
    [queries.length - asked.size, "queries have the id of another query"],
    [isScoped ? lacksScope.length : 0, "lines of docs or queries have no meta.scope"],
    [unknown.length, "judgements name a query or a document that does not exist"],
    [isScoped ? astray.length : 0, "judgements name a document of another scope than the query's"],
    [judgements.length - judged.size, "judgements are duplicates"],
    [ungraded.length, "judgements have no numeric rel"],
  ];
  return findings.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
}

function differences(found: Counts, expected: Counts): string[] {
  return (["docs", "queries", "judgements"] as const)
    .filter((what) => found[what] !== expected[what])
    .map((what) => `${found[what]} ${what}, expected ${expected[what]}`);
}
