import { inspect } from "node:util";

/** One line of the standard output of a process of the lab. */
export type LabLine =
  /** The number of a write that was acknowledged. */
  | { readonly saved: number }
  /** It has gone over to the other model. */
  | { readonly reembedded: true }
  /** A call that must not fail, and did. */
  | { readonly failed: string }
  /** What a user would be shown. */
  | { readonly said: string };

export function tell(line: LabLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** `undefined`: the line was cut off by a kill. */
export function readLine(text: string): LabLine | undefined {
  try {
    return JSON.parse(text) as LabLine;
  } catch {
    return undefined;
  }
}

/** All that there is of an error, for whoever looks for secrets in it. */
export function everything(error: unknown): string {
  return inspect(error, { depth: 20, showHidden: true });
}
