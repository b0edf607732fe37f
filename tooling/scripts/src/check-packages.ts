import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { answerHelp, reportProblems } from "./command-line.ts";
import { checkContractInstall } from "./contract-install.ts";
import { importTime } from "./import-time.ts";
import { mapInParallel, problemOf, run } from "./shell.ts";
import { checkSmallInstall } from "./small-install.ts";
import { lintTarball, pack, type Tarball } from "./tarballs.ts";
import { listPackages, root, type WorkspacePackage } from "./workspace.ts";

answerHelp(`
npm run check:packages   packs every package as it is published and checks that its entry points and
                         types are found (publint, attw), that @mem/core and @mem/backend-memory
                         install alone, that @mem/contract runs in an npm project, and that the built
                         packages work together. Build first: npx turbo run build
`);

const folder = mkdtempSync(join(tmpdir(), "mem-packages-"));
try {
  reportProblems("check:packages", await checkAll());
} finally {
  rmSync(folder, { recursive: true });
}

async function checkAll(): Promise<string[]> {
  const packages = listPackages();
  const tarballs: Tarball[] = [];
  const unpackable = await mapInParallel(packages, async (each) => {
    return await problemOf(pack(each, folder).then((tarball) => tarballs.push(tarball)));
  });
  if (unpackable.flat().length > 0) return unpackable.flat();
  const problems = await Promise.all([
    problemOf(checkContractInstall(folder, tarballs)),
    // Without the source condition the packages are what they publish; tests see their sources.
    problemOf(run(process.execPath, ["src/built.ts"], { cwd: join(root, "apps/acceptance") })),
    mapInParallel(tarballs, lintTarball),
  ]);
  // By itself, because it is timed.
  const small = await checkSmallInstall(folder, tarballs).catch((error: Error) => [error.message]);
  for (const each of packages) console.log(await describe(each, tarballs));
  return [...problems.flat(2), ...small];
}

/** For example `@mem/core   21 KB packed   98 KB unpacked   6.1 ms to import   2130 lines`. */
async function describe(
  { dir, manifest: { name } }: WorkspacePackage,
  tarballs: readonly Tarball[],
): Promise<string> {
  const { packedBytes = 0, unpackedBytes = 0 } = tarballs.find((each) => each.name === name) ?? {};
  const { median } = await importTime([pathToFileURL(join(dir, "dist/index.js")).href], dir);
  const lines = globSync("src/**/*.ts", { cwd: dir })
    .map((file) => readFileSync(join(dir, file), "utf8").split("\n").length - 1)
    .reduce((sum, count) => sum + count, 0);
  const figures = [
    [(packedBytes / 1000).toFixed(0), "KB packed"],
    [(unpackedBytes / 1000).toFixed(0), "KB unpacked"],
    [median.toFixed(1), "ms to import"],
    [String(lines), "lines"],
  ];
  return `${name.padEnd(22)}${figures.map(([value = "", unit]) => `${value.padStart(7)} ${unit}`).join("")}`;
}
