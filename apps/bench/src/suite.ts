import type { Plot } from "./plot.ts";
import type { Row } from "./row.ts";

/** What is measured in one go. */
export interface Experiment {
  /** What `--only` looks for. */
  readonly title: string;
  run(lab: Lab): Promise<Row[]>;
}

/** How to measure. */
export interface Lab {
  /** At least 5. */
  readonly rounds: number;
  /** How long each contestant runs in a round, in milliseconds. */
  readonly sliceMs: number;
  /** Whether there are peers to compare with. */
  readonly hasPeers: boolean;
  /** The folder of the public sets of `npm run bench -- data`, where one was given. */
  readonly data?: string | undefined;
  /** Hears what is being done. */
  readonly tell: (step: string) => void;
  /** Takes what is better seen than read. */
  readonly plot: (plot: Plot) => void;
  /** Hears the version of what takes part and is no peer. */
  readonly tookPart: (name: string, version: string) => void;
}

export interface Suite {
  readonly name: string;
  readonly about: string;
  /** How long it takes, in words. */
  readonly takes: string;
  /** The packages that it compares with. */
  readonly peers: readonly string[];
  /** Whether it measures on public sets, which have to be given. */
  readonly needsData?: boolean;
  readonly experiments: readonly Experiment[];
  /** What a reader has to know beside the table. */
  readonly notes: readonly string[];
}

/** Of a suite that needs it. */
export function dataFolder({ data }: Pick<Lab, "data">): string {
  if (data === undefined) throw new Error("This suite needs --data DIR.");
  return data;
}

/** Those whose title contains the text, in any case of its letters. */
export function selectExperiments({ experiments }: Suite, only: string): readonly Experiment[] {
  const text = only.toLowerCase();
  return experiments.filter(({ title }) => title.toLowerCase().includes(text));
}
