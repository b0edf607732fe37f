import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { answerHelp, reportProblems } from "./command-line.ts";
import { run } from "./shell.ts";
import { checkName, instantiateTemplate } from "./template.ts";
import { root } from "./workspace.ts";

answerHelp(`
npm run new -- backend-mystore    makes packages/backend-mystore, a short-term backend
npm run new -- longterm-mystore   a long-term store
npm run new -- records-mystore    a record store

The package compiles, and its test is the contract: write its methods until it is green.
`);

const name = process.argv[2] ?? "";
const path = `packages/${name}`;
const problem =
  checkName(name) ?? (existsSync(join(root, path)) ? `${path} is already there` : undefined);
if (problem === undefined) {
  instantiateTemplate(name, join(root, path));
  addToPackageChecks(`@mem/${name}#build`);
  const changeset = `.changeset/${name}.md`;
  writeFileSync(join(root, changeset), `---\n"@mem/${name}": minor\n---\n\nThe first version.\n`);
  await run("oxfmt", [path, "turbo.json", changeset], { cwd: root });
  console.log(`${path} compiles. What is next:

  npx pnpm install
  npx turbo run test --filter=@mem/${name}    its contract: red until its methods are written
  npm test                                    everything, when it is green`);
} else {
  reportProblems("new", [problem]);
}

/** turbo has no word for "every build", so the task that needs them all lists them. */
function addToPackageChecks(build: string): void {
  const file = join(root, "turbo.json");
  const turbo = JSON.parse(readFileSync(file, "utf8")) as {
    tasks: Record<string, { dependsOn: string[] }>;
  };
  const task = turbo.tasks["//#check:packages"];
  if (task === undefined) throw new Error('turbo.json has no task "//#check:packages"');
  task.dependsOn = [...task.dependsOn, build].toSorted();
  writeFileSync(file, JSON.stringify(turbo, null, 2));
}
