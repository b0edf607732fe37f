import { parseArgs } from "node:util";
import { reportEmbeddings } from "./faults/embeddings/embeddings-report.ts";
import { FAULT_NAMES, FAULTS_ABOUT, strikeLongTerm } from "./faults/long-term/long-term.ts";
import { killRecordWriters } from "./faults/records.ts";
import { Progress } from "./progress.ts";
import { createRandom } from "./random.ts";

const HELP = `Usage: npm run faults -- NAME [--seed S] [--runs N] [--only FAULT]

Suites:
  records    kill -9 of a process that writes execution records: no acknowledged one may be lost,
             and none may say anything else than was written
  embeddings a process saves through an embedding service that misbehaves in every way that was ever
             seen, is killed now and then, and goes over to another model: no save may be lost, no
             vector be missing or wrong in the end, and no key or text be in any error
  long-term  everything that may happen to a store on LanceDB: no acknowledged change may be lost or
             undone, nothing wrong be returned, and no store be left that does not open
${FAULTS_ABOUT}

  --seed S       repeats the random choices of a run; every run prints its seed
  --runs N       how often to strike (records: 20, about 10 seconds; long-term: as above), or how
                 many saves are made (embeddings: 10,000, about 3 minutes)
  --only FAULT   of long-term, only this one

Exit code: 0 nothing was found, 1 something was, 2 something could not be tried.
`;

const DEFAULT_RECORD_KILLS = 20;
const DEFAULT_SAVES = 10_000;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      only: { type: "string" },
      seed: { type: "string" },
      runs: { type: "string" },
    },
  });
  const [name = ""] = positionals;
  if (values.help === true || name === "") {
    process.stdout.write(HELP);
    return values.help === true ? 0 : 2;
  }
  if (!["records", "embeddings", "long-term"].includes(name))
    return refuse(`There is no suite named ${name}.`);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
  const runs = values.runs === undefined ? undefined : Number(values.runs);
  if (!Number.isInteger(seed) || (runs !== undefined && (!Number.isInteger(runs) || runs < 1))) {
    return refuse("--seed and --runs have to be whole numbers.");
  }
  if (name === "records") return await strikeRecords(seed, runs ?? DEFAULT_RECORD_KILLS);
  if (name === "embeddings") {
    return await reportEmbeddings({
      seed,
      writes: runs ?? DEFAULT_SAVES,
      progress: new Progress(),
    });
  }
  const { only } = values;
  if (only !== undefined && !FAULT_NAMES.includes(only)) {
    return refuse(`long-term knows no fault named ${only}, but ${FAULT_NAMES.join(", ")}.`);
  }
  return await strikeLongTerm({
    seed,
    progress: new Progress(),
    ...(runs !== undefined && { runs }),
    ...(only !== undefined && { only }),
  });
}

async function strikeRecords(seed: number, runs: number): Promise<number> {
  process.stdout.write(
    `records: ${runs} kills, seed ${seed}, about ${Math.ceil(runs / 2)} seconds\n`,
  );
  const onRun = (run: number): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r${run}/${runs}`);
  };
  const result = await killRecordWriters({ runs, random: createRandom(seed), onRun });
  if (process.stderr.isTTY) process.stderr.write("\n");
  process.stdout.write(
    `${result.kills} kills, ${result.acknowledged} records acknowledged, ${result.lost} lost, ${result.damaged} damaged, ${result.tornLines} torn lines left by the killed\n`,
  );
  return result.lost + result.damaged === 0 ? 0 : 1;
}

function refuse(reason: string): number {
  process.stderr.write(`${reason}\n`);
  return 2;
}

process.exitCode = await main();
