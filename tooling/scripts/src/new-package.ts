import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { answerHelp, reportProblems } from "./command-line.ts";
import { run } from "./shell.ts";
import { checkName, instantiateTemplate } from "./template.ts";
import { root } from "./workspace.ts";

answerHelp(`
npm run new -- backend-mystore    creates packages/backend-mystore, a short-term backend
npm run new -- longterm-mystore   a long-term store
npm run new -- records-mystore    a record store

The new package compiles. Its test is the contract suite: write the methods until it passes.
`);

const name = process.argv[2] ?? "";
const path = `packages/${name}`;
const problem =
  checkName(name) ?? (existsSync(join(root, path)) ? `${path} already exists` : undefined);
if (problem === undefined) {
  instantiateTemplate(name, join(root, path));
  addToPackageChecks(`@mem/${name}#build`);
  const changeset = `.changeset/${name}.md`;
  writeFileSync(join(root, changeset), `---\n"@mem/${name}": minor\n---\n\nThe first version.\n`);
  await run("oxfmt", [path, "turbo.json", changeset], { cwd: root });
  // The lock file has to know the package, or the next `npm test` refuses to install.
  await run("pnpm", ["install", "--no-frozen-lockfile"], { cwd: root });
  console.log(`${path} is ready and compiles. Next steps:

  npx turbo run test --filter=@mem/${name}
      runs its contract test, which fails until its methods are written
  npm test
      runs everything, once the contract test passes`);
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
