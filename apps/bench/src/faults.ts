import { parseArgs } from "node:util";
import { allowClosedOutput } from "./closed-output.ts";
import { reportEmbeddings } from "./faults/embeddings/embeddings-report.ts";
import { describeFaults, faultNames, strikeSuite, type FaultSuite } from "./faults/lab/lab.ts";
import { longTermFaults } from "./faults/long-term/long-term.ts";
import { recordFaults } from "./faults/records/records.ts";
import { sessionFaults } from "./faults/sessions/sessions.ts";
import { Progress } from "./progress.ts";

const SUITES: readonly FaultSuite[] = [recordFaults, longTermFaults, sessionFaults];

const HELP = `Usage: npm run faults -- NAME [--seed S] [--runs N] [--only FAULT]

Suites, with how often each fault strikes:
  records    whatever can happen to an audit trail while it is written, and whatever anybody can do
             to it afterwards: no acknowledged record may be lost, no line broken, no change go unnoticed
${describeFaults(recordFaults, "a short run against lines that are simply appended, to show that each fault does damage")}
  long-term  whatever can happen to a store on LanceDB: no acknowledged change may be lost or undone,
             nothing wrong returned, and every store must open afterwards
${describeFaults(longTermFaults, "a short run against plain LanceDB, to show that each fault does damage")}
  sessions   whatever can happen to the members of a session while they share it: each session must end
             exactly once and leave nothing behind; no message may be lost or duplicated, and nothing
             written into a session or under a claim that is over
${describeFaults(sessionFaults, "a short run against keys with an expiry, to show that each fault does damage")}
  embeddings a process saves through an embedding service that misbehaves in every way seen in practice;
             it is killed now and then, and changes to another model: no save may be lost, no vector
             missing or wrong in the end, and no error may contain a key or a text

  --seed S       repeat the random choices of an earlier run; every run prints its seed
  --runs N       how often each fault strikes (default: the number above); for embeddings, the number
                 of saves (default: 10,000, about 3 minutes)
  --only FAULT   run only this fault of records, long-term or sessions

Exit code: 0 no problem was found, 1 problems were found, 2 something could not be tried.
`;

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
  const suite = SUITES.find((known) => known.name === name);
  if (suite === undefined && name !== "embeddings")
    return refuse(`There is no suite named ${name}.`);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
  const runs = values.runs === undefined ? undefined : Number(values.runs);
  if (!Number.isInteger(seed) || (runs !== undefined && (!Number.isInteger(runs) || runs < 1))) {
    return refuse("--seed and --runs must be whole numbers.");
  }
  const { only } = values;
  if (suite === undefined) {
    if (only !== undefined) return refuse("embeddings has only one fault.");
    return await reportEmbeddings({
      seed,
      writes: runs ?? DEFAULT_SAVES,
      progress: new Progress(),
    });
  }
  const names = faultNames(suite);
  if (only !== undefined && !names.includes(only)) {
    return refuse(`${name} has no fault named ${only}; it has ${names.join(", ")}.`);
  }
  return await strikeSuite(suite, {
    seed,
    progress: new Progress(),
    ...(runs !== undefined && { runs }),
    ...(only !== undefined && { only }),
  });
}

function refuse(reason: string): number {
  process.stderr.write(`${reason}\n`);
  return 2;
}

allowClosedOutput();
process.exitCode = await main();
