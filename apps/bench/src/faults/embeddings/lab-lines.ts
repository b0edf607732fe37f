import { inspect } from "node:util";

/** One line that a process of the lab prints on standard output. */
export type LabLine =
  /** The number of an acknowledged write. */
  | { readonly saved: number }
  /** Re-embedding with the other model is done. */
  | { readonly reembedded: true }
  /** A call that must not fail has failed. */
  | { readonly failed: string }
  /** What a user would be shown. */
  | { readonly said: string };

export function tell(line: LabLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Returns `undefined` for a line that was cut off by a kill. */
export function readLine(text: string): LabLine | undefined {
  try {
    return JSON.parse(text) as LabLine;
  } catch {
    return undefined;
  }
}

/** Everything that an error holds, to be searched for secrets. */
export function everything(error: unknown): string {
  return inspect(error, { depth: 20, showHidden: true });
}
