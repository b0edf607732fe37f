import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";

const execute = promisify(execFile);
const TIMEOUT_MS = 120_000;

interface Failure {
  stdout: string;
  stderr: string;
  killed: boolean;
}

/** Runs a program to its end; rejects with all that it printed where it fails. */
export async function run(
  program: string,
  args: readonly string[],
  options: { cwd: string },
): Promise<string> {
  const env = { ...process.env, NO_COLOR: "1" };
  try {
    const settings = { cwd: options.cwd, env, timeout: TIMEOUT_MS, maxBuffer: 64 * 1024 ** 2 };
    return (await execute(program, [...args], settings)).stdout;
  } catch (cause) {
    const { stdout = "", stderr = "", killed = false } = cause as Partial<Failure>;
    const late = killed ? `\nstopped: it took longer than ${TIMEOUT_MS / 1000} seconds` : "";
    const output = `${stdout}\n${stderr}${late}`.trim();
    const command = [program, ...args].join(" ");
    throw new Error(`${command}\n${output === "" ? String(cause) : output}`, { cause });
  }
}

/** As many at a time as there are processors. */
export async function mapInParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}

/** The message of what went wrong, or nothing. */
export async function problemOf(work: Promise<unknown>): Promise<string[]> {
  try {
    await work;
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
