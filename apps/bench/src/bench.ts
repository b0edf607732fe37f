import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { allowClosedOutput } from "./closed-output.ts";
import { dataCommand } from "./data/data-command.ts";
import { writeMarkdown } from "./markdown.ts";
import { installPeers, PeersMissingError } from "./peers.ts";
import { Progress } from "./progress.ts";
import { describeVersions, toTable } from "./report.ts";
import { runSuite } from "./run-suite.ts";
import { selectExperiments, type Suite } from "./suite.ts";
import { longTermSuite } from "./suites/long-term.ts";
import { managerSuite } from "./suites/manager.ts";
import { recordsSuite } from "./suites/records.ts";
import { redisSuite } from "./suites/redis.ts";
import { searchQualitySuite } from "./suites/search-quality.ts";
import { searchSuite } from "./suites/search.ts";
import { sessionSuite } from "./suites/session.ts";
import { shortTermSuite } from "./suites/short-term.ts";

const SUITES: readonly Suite[] = [
  shortTermSuite,
  redisSuite,
  sessionSuite,
  longTermSuite,
  searchQualitySuite,
  searchSuite,
  recordsSuite,
  managerSuite,
];

const HELP = `Usage: npm run bench -- NAME [options]

Suites:
${SUITES.map(({ name, about, takes }) => `  ${name.padEnd(15)} ${about} (${takes})`).join("\n")}

Each figure stands beside its limit or a peer that was measured in the same run; trust the ratios, not the absolute figures.
  --data DIR       folder with the public data sets of search-quality; "npm run bench -- data" says where they come from and
                   how to lay them out, "npm run bench -- data --data DIR" checks them
  --only TEXT      run only the experiments whose title contains this text
  --no-peers       leave out other libraries; otherwise the first run downloads them, about 300 MB
  --rounds N       number of rounds, at least 5 (default 5)
  --json FILE      also write the results to a file
  --markdown FILE  also write the table into the suite's marked region of a document, and a chart beside
                   the document
`;

const SLICE_MS = 250;
const DEFAULT_ROUNDS = 5;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: "string" },
      help: { type: "boolean", short: "h" },
      json: { type: "string" },
      markdown: { type: "string" },
      "no-peers": { type: "boolean", default: false },
      only: { type: "string", default: "" },
      rounds: { type: "string", default: String(DEFAULT_ROUNDS) },
    },
  });
  const [name = ""] = positionals;
  if (values.help === true || name === "") {
    process.stdout.write(HELP);
    return values.help === true ? 0 : 2;
  }
  if (name === "data") return dataCommand(values.data, (text) => process.stdout.write(text));
  const suite = SUITES.find((known) => known.name === name);
  if (suite === undefined) return refuse(`There is no suite named ${name}.`);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 5) {
    return refuse("--rounds must be a whole number, 5 or more.");
  }
  if (selectExperiments(suite, values.only).length === 0) {
    const titles = suite.experiments.map(({ title }) => `  ${title}`).join("\n");
    return refuse(`No experiment of ${name} has "${values.only}" in its title:\n${titles}`);
  }

  if (suite.needsData === true && values.data === undefined) {
    return refuse(`${name} needs --data DIR; "npm run bench -- data" says what it must contain.`);
  }
  if (values.markdown !== undefined && values.only !== "") {
    return refuse("--markdown writes a whole suite; leave out --only.");
  }

  const progress = new Progress();
  const hasPeers = suite.peers.length > 0 && !values["no-peers"];
  if (hasPeers) await installPeers((line) => progress.line(line));
  progress.line(`Measuring ${name} in ${rounds} rounds; the whole suite takes ${suite.takes}.`);
  const command = [
    `npm run bench -- ${name}`,
    ...(suite.needsData === true ? ["--data DIR"] : []),
    ...(values.only === "" ? [] : [`--only "${values.only}"`]),
    ...(values["no-peers"] ? ["--no-peers"] : []),
    ...(rounds === DEFAULT_ROUNDS ? [] : [`--rounds ${rounds}`]),
  ].join(" ");
  const options = {
    rounds,
    sliceMs: SLICE_MS,
    hasPeers,
    data: values.data,
    only: values.only,
    command,
  };
  const report = await runSuite(suite, options, progress);

  const { machine, notes, rows } = report;
  const lines = [machine, describeVersions(report), toTable(rows), ...notes];
  process.stdout.write(`${lines.filter(Boolean).join("\n")}\n`);
  if (values.json !== undefined) {
    await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  if (values.markdown !== undefined) await writeMarkdown(values.markdown, report);
  return rows.some((row) => row.met === false) ? 1 : 0;
}

function refuse(reason: string): number {
  process.stderr.write(`${reason}\n`);
  return 2;
}

allowClosedOutput();
try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof PeersMissingError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
