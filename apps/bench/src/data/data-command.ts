import { checkDataSet, type Finding } from "./data-check.ts";
import { SET_NAMES, SOURCES, type SetName } from "./sources.ts";

const INTRODUCTION = `The figures of search-quality are measured on five public data sets. They are not part of this project, and this command
downloads nothing: fetch each set from its source, mind its licence, and lay it out as follows.

The data folder has a folder for each set, with three files of JSON lines in UTF-8. A line is one document, query or
judgement:

  docs.jsonl     {"id": "d1", "text": "...", "meta": {"scope": "s", "session": 1}}
  queries.jsonl  {"id": "q1", "text": "...", "meta": {"scope": "s"}}
  qrels.jsonl    {"query": "q1", "doc": "d1", "rel": 1}

Ids are unique strings. rel says how relevant a document is: 1, or 1 to 4 if the set is graded. A document that no judgement
names is not relevant, and a query without a relevant document is not asked. A set is scoped if its lines have meta.scope:
each query then searches only its own scope, and the documents of one scope (and session, if there is one) are in the order
in which they were said. Other fields are ignored.
`;

/** Prints where the sets come from or, given a folder, whether they are there and as they were measured. */
export async function dataCommand(
  folder: string | undefined,
  write: (text: string) => void,
): Promise<number> {
  if (folder === undefined) {
    write(`${INTRODUCTION}\n${SET_NAMES.map(describeSource).join("\n")}`);
    write("\nTo check the sets: npm run bench -- data --data DIR\n");
    return 0;
  }
  let code = 0;
  for (const name of SET_NAMES) {
    const finding = await checkDataSet(folder, name, SOURCES[name]);
    write(`${describeFinding(name, finding)}\n`);
    if (finding.problems.length > 0) code = 1;
  }
  if (code !== 0)
    write("npm run bench -- data says where the sets come from and how to lay them out.\n");
  return code;
}

function describeSource(name: SetName): string {
  const { what, licence, from, layout, counts, digest } = SOURCES[name];
  return [
    `${name}: ${what}. Licence: ${licence}.`,
    ...from.map((place) => `  from ${place}`),
    ...layout.map((line) => `  - ${line}`),
    `  ${describeCounts(counts)}; digest ${digest}`,
    "",
  ].join("\n");
}

function describeFinding(name: SetName, { counts, digest, problems }: Finding): string {
  const head = counts === undefined ? name : `${name}: ${describeCounts(counts)}`;
  if (problems.length > 0) return [head, ...problems.map((problem) => `  - ${problem}`)].join("\n");
  return digest === SOURCES[name].digest
    ? `${head}: as measured`
    : `${head}: laid out correctly, but its content is not what was measured (digest ${digest}, expected ${SOURCES[name].digest})`;
}

function describeCounts({ docs, queries, judgements }: NonNullable<Finding["counts"]>): string {
  return `${docs} documents, ${queries} queries, ${judgements} judgements`;
}
