import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { ContestOptions } from "./contest.ts";
import { describeMachine, toTable } from "./report.ts";
import type { Row } from "./row.ts";
import { managerSuite } from "./suites/manager.ts";

type Suite = (options: ContestOptions) => Promise<Row[]>;

const SUITES: Readonly<Record<string, { readonly about: string; readonly run: Suite }>> = {
  manager: { about: "what the MemoryManager costs over each bare backend", run: managerSuite },
};

const HELP = `Usage: npm run bench -- NAME [--json FILE] [--rounds N]

Suites:
${Object.entries(SUITES)
  .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
  .join("\n")}

Each figure stands beside its limit or a peer, measured in the same run; trust the ratios, not the absolutes.
  --json FILE   also write the rows to a file
  --rounds N    how many rounds, at least 5 (default 7)
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      json: { type: "string" },
      rounds: { type: "string", default: "7" },
    },
  });
  const [name = ""] = positionals;
  const suite = SUITES[name];
  if (values.help === true || name === "") {
    process.stdout.write(HELP);
    return values.help === true ? 0 : 2;
  }
  const rounds = Number(values.rounds);
  if (suite === undefined || !Number.isInteger(rounds) || rounds < 5) {
    process.stderr.write(
      suite === undefined
        ? `There is no suite named ${name}.\n`
        : "--rounds has to be a whole number, 5 or more.\n",
    );
    return 2;
  }
  process.stderr.write(`Measuring ${name} in ${rounds} rounds; this takes a minute or two.\n`);
  const rows = await suite.run({ rounds, sliceMs: 200 });
  process.stdout.write(`${describeMachine()}\n${toTable(rows)}\n`);
  if (values.json !== undefined) {
    await writeFile(
      values.json,
      `${JSON.stringify({ machine: describeMachine(), rows }, null, 2)}\n`,
    );
  }
  return rows.some((row) => row.met === false) ? 1 : 0;
}

process.exitCode = await main();
