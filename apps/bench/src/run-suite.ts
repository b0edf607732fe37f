import { readPeerVersions } from "./peers.ts";
import type { Plot } from "./plot.ts";
import type { Progress } from "./progress.ts";
import { describeMachine, type Report } from "./report.ts";
import type { Row } from "./row.ts";
import { selectExperiments, type Lab, type Suite } from "./suite.ts";

export interface RunOptions extends Pick<Lab, "rounds" | "sliceMs" | "hasPeers" | "data"> {
  readonly only: string;
  readonly command: string;
}

/** Runs the selected experiments, one after the other. */
export async function runSuite(
  suite: Suite,
  { only, command, ...options }: RunOptions,
  progress: Pick<Progress, "begin" | "step" | "end">,
): Promise<Report> {
  const versions: Record<string, string> = {};
  if (options.hasPeers) {
    const known = readPeerVersions();
    for (const name of suite.peers) versions[name] = known[name] ?? "";
  }
  const plots: Plot[] = [];
  const lab: Lab = {
    ...options,
    tell: (step) => progress.step(step),
    plot: (plot) => plots.push(plot),
    tookPart: (name, version) => {
      versions[name] = version;
    },
  };
  const rows: Row[] = [];
  for (const experiment of selectExperiments(suite, only)) {
    progress.begin(experiment.title);
    rows.push(...(await experiment.run(lab)));
    progress.end();
  }
  return {
    suite: suite.name,
    command,
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    versions,
    rows,
    plots,
    notes: suite.notes,
  };
}
