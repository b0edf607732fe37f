import { existsSync, globSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { problemOf, run } from "./shell.ts";
import type { WorkspacePackage } from "./workspace.ts";

/** A package as the registry would get it. */
export interface Tarball {
  name: string;
  file: string;
  packedBytes: number;
  unpackedBytes: number;
}

export async function pack(
  { path, dir, manifest }: WorkspacePackage,
  folder: string,
): Promise<Tarball> {
  if (!existsSync(join(dir, "dist/index.js")) || !existsSync(join(dir, "dist/index.d.ts"))) {
    throw new Error(`${path}/dist: not built; run \`npx turbo run build\` first`);
  }
  const printed = await run("pnpm", ["pack", "--json", "--pack-destination", folder], { cwd: dir });
  const { filename } = JSON.parse(printed) as { filename: string };
  const unpacked = join(folder, path);
  mkdirSync(unpacked, { recursive: true });
  await run("tar", ["-xzf", filename, "-C", unpacked], { cwd: folder });
  return {
    name: manifest.name,
    file: filename,
    packedBytes: statSync(filename).size,
    unpackedBytes: sizeOf(unpacked),
  };
}

/** Whether every entry point and its types are found by those who install the package. */
export async function lintTarball({ file }: Tarball): Promise<string[]> {
  const options = { cwd: import.meta.dirname };
  return [
    ...(await problemOf(run("publint", ["run", "--strict", file], options))),
    ...(await problemOf(run("attw", ["--profile", "esm-only", "--no-emoji", file], options))),
  ];
}

/** The bytes of all files below a folder. */
export function sizeOf(folder: string): number {
  return globSync("**", { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
