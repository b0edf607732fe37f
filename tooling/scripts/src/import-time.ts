import { run } from "./shell.ts";

const rounds = 9;

/** How long a process takes to import modules, in milliseconds, over several processes. */
export interface ImportTime {
  median: number;
  /** What it takes where nothing else disturbs; the one to hold against a limit. */
  fastest: number;
}

export async function importTime(specifiers: readonly string[], cwd: string): Promise<ImportTime> {
  const imports = specifiers.map((specifier) => `await import(${JSON.stringify(specifier)});`);
  const script = `const start = performance.now();
    ${imports.join("\n")}
    console.log(performance.now() - start);`;
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const printed = await run(process.execPath, ["--input-type=module", "--eval", script], { cwd });
    times.push(Number(printed));
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
  return { median, fastest: Math.min(...times) };
}
