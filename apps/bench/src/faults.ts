import { parseArgs } from "node:util";
import { killRecordWriters } from "./faults/records.ts";
import { createRandom } from "./random.ts";

const HELP = `Usage: npm run faults -- NAME [--seed S] [--runs N]

Suites:
  records   kill -9 of a process that writes execution records: no acknowledged one may be lost,
            and none may say anything else than was written

  --seed S   repeats the random choices of a run; every run prints its seed
  --runs N   how often to strike (default 20, about 10 seconds)
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      seed: { type: "string" },
      runs: { type: "string", default: "20" },
    },
  });
  const [name = ""] = positionals;
  if (values.help === true || name === "") {
    process.stdout.write(HELP);
    return values.help === true ? 0 : 2;
  }
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
  const runs = Number(values.runs);
  if (name !== "records" || !Number.isInteger(seed) || !Number.isInteger(runs) || runs < 1) {
    process.stderr.write(
      name === "records"
        ? "--seed and --runs have to be whole numbers.\n"
        : `There is no suite named ${name}.\n`,
    );
    return 2;
  }
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

process.exitCode = await main();
