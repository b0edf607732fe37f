import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Documents, queries, and which documents answer which query. */
export interface DataSet {
  readonly name: string;
  /** Whether each query is asked within a part of the documents only. */
  readonly isScoped: boolean;
  readonly docs: readonly Doc[];
  readonly queries: readonly Query[];
  /** Relevance, above 0, by query and then by document. */
  readonly judgements: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface Doc {
  readonly id: string;
  readonly text: string;
  /** Whose document it is; `ALL` if the set has no scopes. */
  readonly scope: string;
  /** Its place in its conversation or meeting; only scoped sets have an order. */
  readonly sequence?: { readonly id: string; readonly position: number };
}

export interface Query {
  readonly id: string;
  readonly text: string;
  readonly scope: string;
}

/** A line of `docs.jsonl` or `queries.jsonl`. */
export interface TextLine {
  readonly id: string;
  readonly text: string;
  readonly meta?: { readonly scope?: string; readonly session?: string | number };
}

/** A line of `qrels.jsonl`. */
export interface JudgementLine {
  readonly query: string;
  readonly doc: string;
  readonly rel: number;
}

export interface DataLines {
  readonly docs: readonly TextLine[];
  readonly queries: readonly TextLine[];
  readonly judgements: readonly JudgementLine[];
}

export const FILES = ["docs.jsonl", "queries.jsonl", "qrels.jsonl"] as const;

const ALL = "all";

export async function readDataSet(folder: string, name: string): Promise<DataSet> {
  return toDataSet(name, await readLines(join(folder, name)));
}

/** Reads the lines of a set as they are; rejects if a file is missing or a line is not JSON. */
export async function readLines(folder: string): Promise<DataLines> {
  const [docs, queries, judgements] = await Promise.all(
    FILES.map(async (file) => parseLines(await readFile(join(folder, file), "utf8"), file)),
  );
  return { docs, queries, judgements } as DataLines;
}

/** The documents of a session are ordered as their lines are. */
export function toDataSet(name: string, { docs, queries, judgements }: DataLines): DataSet {
  const counted = new Map<string, number>();
  const sequenceOf = ({ scope, session }: NonNullable<TextLine["meta"]>): Doc["sequence"] => {
    const id = session === undefined ? `${scope}` : `${scope}/${session}`;
    const position = counted.get(id) ?? 0;
    counted.set(id, position + 1);
    return { id, position };
  };
  const relevant = new Map<string, Map<string, number>>();
  for (const { query, doc, rel } of judgements) {
    if (rel <= 0) continue;
    const own = relevant.get(query) ?? new Map<string, number>();
    relevant.set(query, own.set(doc, rel));
  }
  return {
    name,
    isScoped: docs.some(({ meta }) => meta?.scope !== undefined),
    docs: docs.map(({ id, text, meta }) => ({
      id,
      text,
      scope: meta?.scope ?? ALL,
      ...(meta?.scope !== undefined && { sequence: sequenceOf(meta) }),
    })) as Doc[],
    queries: queries
      .filter(({ id }) => relevant.has(id))
      .map(({ id, text, meta }) => ({ id, text, scope: meta?.scope ?? ALL })),
    judgements: relevant,
  };
}

function parseLines(content: string, file: string): unknown[] {
  const lines = content.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      throw new Error(`${file}, line ${i + 1}, is not JSON.`);
    }
  });
}
