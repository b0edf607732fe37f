import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root: string = fileURLToPath(new URL("../../../", import.meta.url));

export interface Manifest {
  name: string;
  version: string;
  scripts?: Record<string, string>;
  exports?: Record<string, unknown>;
  publishConfig?: Record<string, unknown>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  [field: string]: unknown;
}

/** One of the packages that are published, below `packages/`. */
export interface WorkspacePackage {
  /** The name of its folder, such as `backend-memory`. */
  folder: string;
  /** The folder relative to the repository's, such as `packages/backend-memory`. */
  path: string;
  /** The folder from the root of the file system. */
  dir: string;
  manifest: Manifest;
}

export function readManifest(dir: string): Manifest {
  return JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) as Manifest;
}

/** Every published package, by name. */
export function listPackages(): WorkspacePackage[] {
  return globSync("packages/*/package.json", { cwd: root })
    .toSorted()
    .map((file) => {
      const path = dirname(file);
      const dir = join(root, path);
      return { folder: basename(path), path, dir, manifest: readManifest(dir) };
    });
}
