import { readFileSync } from "node:fs";
import { join } from "node:path";

import { readCodeBlocks } from "./documents.ts";
import { installInto } from "./foreign-project.ts";
import { importTime } from "./import-time.ts";
import { problemOf, run } from "./shell.ts";
import { sizeOf, type Tarball } from "./tarballs.ts";
import { root } from "./workspace.ts";

const packages = ["@mem/backend-memory", "@mem/core"];
const maxBytes = 450_000;
const maxImportMs = 30;

/** The promise of "only what you need": two packages, small, quick, enough for the quick start. */
export async function checkSmallInstall(
  folder: string,
  tarballs: readonly Tarball[],
): Promise<string[]> {
  const dir = join(folder, "small-install");
  const quickStart = readCodeBlocks(readFileSync(join(root, "README.md"), "utf8")).find(
    ({ language }) => language === "ts",
  );
  if (quickStart === undefined) return ["README.md:1: no quick start in TypeScript"];
  await installInto({ dir, packages, files: { "quick-start.ts": quickStart.code } }, tarballs);

  const installed = listInstalled(dir);
  const bytes = sizeOf(join(dir, "node_modules/@mem"));
  const { median, fastest } = await importTime(packages, dir);
  const names = packages.join(" + ");
  const size = `${(bytes / 1000).toFixed(0)} KB, ${median.toFixed(1)} ms to import`;
  console.log(`${names} alone: ${installed.length} packages, ${size}`);

  const problems: string[] = [];
  if (String(installed) !== String(packages)) {
    problems.push(`${names} must install nothing else; installed: ${installed.join(", ")}`);
  }
  if (bytes > maxBytes)
    problems.push(`${names} must take less than ${maxBytes} bytes, but take ${bytes}`);
  if (fastest > maxImportMs) {
    problems.push(
      `${names} must import in ${maxImportMs} ms; the fastest run took ${fastest.toFixed(1)} ms`,
    );
  }
  const runs = run(process.execPath, ["quick-start.ts"], { cwd: dir });
  const compiles = run("tsc", [...strictConsumer, "quick-start.ts"], { cwd: dir });
  return [...problems, ...(await problemOf(runs)), ...(await problemOf(compiles))];
}

/** Every package that npm put into the project, at any depth. */
function listInstalled(dir: string): string[] {
  const lockfile = readFileSync(join(dir, "node_modules/.package-lock.json"), "utf8");
  const { packages: installed } = JSON.parse(lockfile) as { packages: Record<string, unknown> };
  return Object.keys(installed).map((path) => path.replace(/^node_modules\//, ""));
}

/** A user who trusts nobody's declarations. */
const strictConsumer = "--noEmit --strict --skipLibCheck false --module nodenext --target es2024"
  .split(" ")
  .concat("--lib", "es2024,esnext.disposable", "--types", "node")
  .concat("--typeRoots", join(root, "node_modules/@types"));
