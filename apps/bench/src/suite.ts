import type { Plot } from "./plot.ts";
import type { Row } from "./row.ts";

/** What is measured in one go. */
export interface Experiment {
  /** The text that `--only` searches. */
  readonly title: string;
  run(lab: Lab): Promise<Row[]>;
}

/** The settings of a run, and what an experiment reports to it. */
export interface Lab {
  /** At least 5. */
  readonly rounds: number;
  /** How long each contestant runs in a round, in milliseconds. */
  readonly sliceMs: number;
  /** Whether there are peers to compare with. */
  readonly hasPeers: boolean;
  /** The folder of the public sets of `npm run bench -- data`, where one was given. */
  readonly data?: string | undefined;
  /** Is told what is being done. */
  readonly tell: (step: string) => void;
  /** Takes figures that are better seen than read. */
  readonly plot: (plot: Plot) => void;
  /** Is told the version of a participant that is not a peer. */
  readonly tookPart: (name: string, version: string) => void;
}

export interface Suite {
  readonly name: string;
  readonly about: string;
  /** How long it takes, in words. */
  readonly takes: string;
  /** The packages of the peers. */
  readonly peers: readonly string[];
  /** Whether it measures on public sets, whose folder has to be given. */
  readonly needsData?: boolean;
  readonly experiments: readonly Experiment[];
  /** What a reader has to know besides the table. */
  readonly notes: readonly string[];
}

/** The folder of the public sets, for a suite that needs it. */
export function dataFolder({ data }: Pick<Lab, "data">): string {
  if (data === undefined) throw new Error("This suite needs --data DIR.");
  return data;
}

/** Those whose title contains the text, ignoring case. */
export function selectExperiments({ experiments }: Suite, only: string): readonly Experiment[] {
  const text = only.toLowerCase();
  return experiments.filter(({ title }) => title.toLowerCase().includes(text));
}
