import { readFileSync } from "node:fs";
import { join } from "node:path";

import { checkAnatomy } from "./anatomy.ts";
import { checkChangesets } from "./changesets.ts";
import { answerHelp, reportProblems } from "./command-line.ts";
import { checkLayers } from "./layers.ts";
import { listPackages, root, type WorkspacePackage } from "./workspace.ts";

answerHelp(`
npm run check:layout   checks that every package has the same anatomy, imports only what its
                       layer allows, and has a changeset or a changelog
`);

const packages = listPackages();
const problems = [
  ...packages.flatMap(checkAnatomy),
  ...packages.flatMap(checkLayers),
  ...checkChangesets(packages, join(root, ".changeset")),
  ...checkBuildList(packages),
];
reportProblems("check:layout", problems);
if (problems.length === 0) console.log(`${packages.length} packages, all with the same anatomy`);

/** turbo has no word for "every build", so the task that needs them all lists them. */
function checkBuildList(all: readonly WorkspacePackage[]): string[] {
  const turbo = JSON.parse(readFileSync(join(root, "turbo.json"), "utf8")) as {
    tasks: Record<string, { dependsOn?: string[] }>;
  };
  const listed = turbo.tasks["//#check:packages"]?.dependsOn ?? [];
  return all
    .map(({ manifest }) => `${manifest.name}#build`)
    .filter((build) => !listed.includes(build))
    .map((build) => `turbo.json:1: add "${build}" to dependsOn of "//#check:packages"`);
}
