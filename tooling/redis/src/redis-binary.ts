import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** A server program that runs on this machine; `path` alone is enough to run it. */
export interface RedisBinary {
  path: string;
  version: string;
}

/** Runs the program once to check that it is a Redis or Valkey server, and which version. */
export async function inspectBinary(path: string, origin: string): Promise<RedisBinary> {
  let output: string;
  try {
    output = (await execute(path, ["--version"])).stdout;
  } catch (cause) {
    throw new Error(`${origin} ${path}, which does not run: ${failureText(cause)}`, { cause });
  }
  const version = /\bv=(\d+\.\d+\.\d+)/.exec(output)?.[1];
  if (version === undefined) {
    throw new Error(`${origin} ${path}, which is no Redis or Valkey server: it said "${output}"`);
  }
  return { path, version };
}

/** What a program that failed wrote to stderr, or why it could not be run. */
export function failureText(cause: unknown): string {
  const stderr = (cause as { stderr?: unknown }).stderr;
  if (typeof stderr === "string" && stderr.trim() !== "") return stderr.trim();
  return cause instanceof Error ? cause.message : String(cause);
}
