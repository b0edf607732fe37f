import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { run } from "./shell.ts";
import type { Tarball } from "./tarballs.ts";

export interface ForeignProject {
  /** An empty folder to make, outside of the workspace. */
  dir: string;
  /** The packages of ours that it installs, from their tarballs. */
  packages: readonly string[];
  /** What it takes from the npm registry; nothing means that the network is not used. */
  registry?: Readonly<Record<string, string>>;
  /** Its files, by name. */
  files: Readonly<Record<string, string>>;
}

/** Makes a project as a user has one, with npm, and installs into it. */
export async function installInto(
  { dir, packages, registry = {}, files }: ForeignProject,
  tarballs: readonly Tarball[],
): Promise<void> {
  const dependencies: Record<string, string> = { ...registry };
  for (const name of packages) {
    const tarball = tarballs.find((candidate) => candidate.name === name);
    if (tarball === undefined) throw new Error(`${name} is not among the packages`);
    dependencies[name] = `file:${tarball.file}`;
  }
  mkdirSync(dir);
  const manifest = { name: "foreign", private: true, type: "module", dependencies };
  writeFileSync(join(dir, "package.json"), JSON.stringify(manifest));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const offline = Object.keys(registry).length === 0 ? ["--offline"] : ["--prefer-offline"];
  await run("npm", ["install", "--no-audit", "--no-fund", ...offline], { cwd: dir });
}
