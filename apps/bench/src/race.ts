import type { Lab } from "./suite.ts";
import { rotated } from "./statistics.ts";

/** A participant that can do some number of operations at a time. */
export interface Runner<Cost> {
  readonly name: string;
  /** Warms up; resolves with how many operations fill this many milliseconds. */
  prepare(sliceMs: number): Promise<number>;
  run(n: number): Promise<Cost>;
}

/** What a runner did in one round. */
export interface Lap<Cost> {
  readonly operations: number;
  readonly costs: readonly Cost[];
}

// With several turns, a disturbance of a tenth of a second falls on every runner of the round.
const TURNS = 5;

/** One round: all run in short turns, each turn in another order, so that a noisy machine is noisy for all of them. */
export async function race<Cost>(
  runners: readonly Runner<Cost>[],
  { sliceMs }: Pick<Lab, "sliceMs">,
  round: number,
): Promise<Map<string, Lap<Cost>>> {
  const sizes = new Map<string, number>();
  for (const runner of runners) sizes.set(runner.name, await runner.prepare(sliceMs / TURNS));
  const costs = new Map<string, Cost[]>(runners.map(({ name }) => [name, []]));
  for (let turn = 0; turn < TURNS; turn++) {
    for (const runner of rotated(runners, round + turn)) {
      costs.get(runner.name)?.push(await runner.run(sizes.get(runner.name) as number));
    }
  }
  return new Map(
    runners.map(({ name }) => [
      name,
      { operations: (sizes.get(name) as number) * TURNS, costs: costs.get(name) ?? [] },
    ]),
  );
}

/** A number for each round, by the name of the runner. */
export class Score {
  readonly #rounds = new Map<string, number[]>();

  add(name: string, value: number): void {
    const rounds = this.#rounds.get(name);
    if (rounds === undefined) this.#rounds.set(name, [value]);
    else rounds.push(value);
  }

  of(name: string): readonly number[] {
    return this.#rounds.get(name) ?? [];
  }

  has(name: string): boolean {
    return this.#rounds.has(name);
  }

  /** All runners but those named. */
  without(...names: readonly string[]): ReadonlyMap<string, readonly number[]> {
    return new Map([...this.#rounds].filter(([name]) => !names.includes(name)));
  }
}
