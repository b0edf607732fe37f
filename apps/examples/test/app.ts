import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const main = join(import.meta.dirname, "..", "src", "main.ts");

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the app as a user does, in a folder of its own and with nothing but the given environment. */
export async function runApp(
  cwd: string,
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly interruptAt?: string } = {},
): Promise<Run> {
  const child = spawn(process.execPath, ["--conditions=@mem/source", main, ...args], {
    cwd,
    env: { PATH: process.env["PATH"], ...options.env },
  });
  let out = "";
  let err = "";
  let interruptAt = options.interruptAt;
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
    if (interruptAt === undefined || !out.includes(interruptAt)) return;
    // Once: a second one does not wait for anything to close.
    interruptAt = undefined;
    child.kill("SIGINT");
  });
  child.stderr.on("data", (chunk) => {
    err += String(chunk);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}
