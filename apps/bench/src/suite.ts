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
  /** Hears what is being done. */
  readonly tell: (step: string) => void;
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
  readonly experiments: readonly Experiment[];
  /** What a reader has to know beside the table. */
  readonly notes: readonly string[];
}

/** Those whose title contains the text, in any case of its letters. */
export function selectExperiments({ experiments }: Suite, only: string): readonly Experiment[] {
  const text = only.toLowerCase();
  return experiments.filter(({ title }) => title.toLowerCase().includes(text));
}
