import type { Attempt, Call, Refusal, Result } from "../src/faults/sessions/journal.ts";

export const EPOCH = "e1";
let ids = 0;

export interface Told {
  readonly who?: string;
  readonly epoch?: string;
  /** Without an end, it was never answered. */
  readonly at: readonly [begin: number, end?: number];
  readonly result?: Result;
  readonly refusal?: Partial<Refusal>;
}

/** An attempt of a journal that no process has written. */
export function told(call: Call, { who = "a", epoch = EPOCH, at, result, refusal }: Told): Attempt {
  const [begin, end] = at;
  return {
    ...call,
    id: ids++,
    who,
    epoch,
    begin,
    ...(end !== undefined && { end }),
    ...(end !== undefined && refusal === undefined && { result: result ?? {} }),
    ...(refusal !== undefined && {
      refusal: { code: "MEM_TIMEOUT", outcome: "unknown", message: "", ...refusal },
    }),
  };
}

/** The kinds of the problems. */
export function kinds(problems: readonly { readonly kind: string }[]): string[] {
  return problems.map(({ kind }) => kind);
}
